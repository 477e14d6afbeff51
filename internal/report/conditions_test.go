package report

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/standing"
)

func TestConditions(t *testing.T) {
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			f := in(s.name)
			status := stored(Decide(f), f.Published)
			if got := inShort(status.Conditions); got != s.want {
				t.Errorf("the conditions are\n%s, want\n%s", got, s.want)
			}
			if got := kstatus(f.Generation, &status); got != s.kstatus {
				t.Errorf("kstatus says %s, want %s", got, s.kstatus)
			}
			for _, c := range status.Conditions {
				if c.ObservedGeneration != f.Generation || c.LastTransitionTime != "2026-01-31T09:00:00Z" || c.Message == "" {
					t.Errorf("the condition is %+v, want one of generation 3 of now, with a message", c)
				}
			}
		})
	}
}

// TestConditionsAfterAnother goes from each situation to each other. What was
// published before must not show, but for conditions of which there is no news.
func TestConditionsAfterAnother(t *testing.T) {
	for _, before := range situations {
		for _, s := range situations {
			f := afterwards(before.name, s.name, time.Minute)
			status := stored(Decide(f), f.Published)
			if got := withoutKept(status.Conditions); got != withoutKept(stored(Decide(in(s.name)), f.Published).Conditions) {
				t.Errorf("%s after %s: the conditions are %s, want %s", s.name, before.name, inShort(status.Conditions), s.want)
			}
			if got := kstatus(f.Generation, &status); got != s.kstatus {
				t.Errorf("%s after %s: kstatus says %s, want %s", s.name, before.name, got, s.kstatus)
			}
		}
	}
}

// withoutKept leaves out what can come from an earlier situation.
func withoutKept(conditions []v1alpha1.Condition) string {
	return inShort(slices.DeleteFunc(slices.Clone(conditions), func(c v1alpha1.Condition) bool {
		return c.Type == v1alpha1.ConditionMetricsAvailable || c.Type == v1alpha1.ConditionComplete
	}))
}

func TestNeverWritten(t *testing.T) {
	if got := kstatus(1, &v1alpha1.ReportStatus{ObservedGeneration: -1}); got != "InProgress" {
		t.Errorf("kstatus says %s of a new report, want InProgress", got)
	}
}

// TestTransitionTimes: the time of a condition is when its status changed, not
// its reason.
func TestTransitionTimes(t *testing.T) {
	const before, after = "2026-01-31T09:00:00Z", "2026-01-31T09:01:00Z"
	for _, row := range []struct {
		from, to string
		want     map[string]v1alpha1.Timestamp
	}{
		{"reported", "partly reported", map[string]v1alpha1.Timestamp{"Ready": before, "MetricsAvailable": before, "Complete": after}},
		{"reported", "nothing selected", map[string]v1alpha1.Timestamp{"Ready": before, "MetricsAvailable": before, "Complete": before}},
		{"reported", "no metrics", map[string]v1alpha1.Timestamp{
			"Ready": after, "Reconciling": after, "MetricsAvailable": after, "Complete": before}},
		{"no metrics", "reported", map[string]v1alpha1.Timestamp{"Ready": after, "MetricsAvailable": after, "Complete": after}},
		{"no inventory", "no metrics", map[string]v1alpha1.Timestamp{"Ready": before, "Reconciling": before, "MetricsAvailable": after}},
		{"reported", "refused", map[string]v1alpha1.Timestamp{
			"Ready": after, "Stalled": after, "MetricsAvailable": before, "Complete": before}},
	} {
		f := afterwards(row.from, row.to, time.Minute)
		got := map[string]v1alpha1.Timestamp{}
		for _, c := range stored(Decide(f), f.Published).Conditions {
			got[c.Type] = c.LastTransitionTime
		}
		for kind, want := range row.want {
			if got[kind] != want {
				t.Errorf("%s after %s: %s changed at %q, want %q", row.to, row.from, kind, got[kind], want)
			}
		}
		if len(got) != len(row.want) {
			t.Errorf("%s after %s: the conditions are %v, want %v", row.to, row.from, got, row.want)
		}
	}
}

// TestKeptConditions: where there is no news, the last state stays as it was
// found, with the generation that it spoke of.
func TestKeptConditions(t *testing.T) {
	f := afterwards("partly reported", "suspended", time.Minute)
	f.Generation = 4
	status := stored(Decide(f), f.Published)
	if got, want := inShort(status.Conditions), "Ready=True/Suspended"+available+" Complete=False/SamplesMissing"; got != want {
		t.Errorf("the conditions are %s, want %s", got, want)
	}
	for _, c := range status.Conditions {
		if want := map[string]int64{"Ready": 4, "MetricsAvailable": 3, "Complete": 3}[c.Type]; c.ObservedGeneration != want {
			t.Errorf("%s speaks of generation %d, want %d", c.Type, c.ObservedGeneration, want)
		}
	}
}

func TestLongMessage(t *testing.T) {
	f := in("refused")
	f.SpecError = errors.New(strings.Repeat("€", 1000))
	for _, c := range Decide(f).Status.Conditions {
		if len(c.Message) > standing.MaxMessage || !strings.HasSuffix(c.Message, "€...") || !utf8.ValidString(c.Message) {
			t.Errorf("the message of %s has %d bytes and ends with %q", c.Type, len(c.Message), c.Message[len(c.Message)-6:])
		}
	}
}
