package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// situation is what a report can be in. Each has a phase of its own.
type situation struct {
	name string
	set  func(f *Facts)
	// want are the conditions, in short; kstatus is what kstatus makes of them.
	want    string
	kstatus string
}

const available = " MetricsAvailable=True/MetricsRead"

var situations = []situation{
	{"reported", func(*Facts) {},
		"Ready=True/Reported" + available + " Complete=True/AllSampled", "Current"},
	{"partly reported", func(f *Facts) { f.View.Containers.Observed = 1 },
		"Ready=True/Reported" + available + " Complete=False/SamplesMissing", "Current"},
	{"too many rows", func(f *Facts) { f.View.Unfollowed = 7 },
		"Ready=True/Reported" + available + " Complete=False/TooManyRows", "Current"},
	{"cut to fit", func(f *Facts) { f.Settings.Top = 20 },
		"Ready=True/Reported" + available + " Complete=False/Truncated", "Current"},
	{"partly reported and cut to fit", func(f *Facts) { f.Settings.Top, f.View.Containers.Observed = 20, 1 },
		"Ready=True/Reported" + available + " Complete=False/SamplesMissing", "Current"},
	{"late", func(f *Facts) { f.Waited = time.Minute },
		"Ready=True/IntervalStretched" + available + " Complete=True/AllSampled", "Current"},
	{"nothing selected", func(f *Facts) { f.View = &usage.View{} },
		"Ready=True/NoPodsSelected" + available + " Complete=True/AllSampled", "Current"},
	{"no sample", func(f *Facts) { f.View.SampleTime = time.Time{} },
		"Ready=False/WaitingForFirstSample Reconciling=True/WaitingForFirstSample" + available, "InProgress"},
	{"no read", func(f *Facts) { f.View, f.Metrics = nil, nil },
		"Ready=False/WaitingForFirstSample Reconciling=True/WaitingForFirstSample", "InProgress"},
	{"no metrics", func(f *Facts) {
		f.Metrics = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPINotInstalled, Message: "install it"}
	}, "Ready=False/MetricsAPINotInstalled Reconciling=True/MetricsAPINotInstalled MetricsAvailable=False/MetricsAPINotInstalled", "InProgress"},
	{"no inventory", func(f *Facts) { f.Synced, f.View, f.Metrics = false, nil, nil },
		"Ready=False/WaitingForSync Reconciling=True/WaitingForSync", "InProgress"},
	{"suspended", func(f *Facts) { f.Settings.Suspend, f.View, f.Metrics = true, nil, nil },
		"Ready=True/Suspended", "Current"},
	{"refused", func(f *Facts) { f.SpecError, f.View, f.Metrics = errors.New("spec.groupBy[0]: no"), nil, nil },
		"Ready=False/InvalidSpec Stalled=True/InvalidSpec", "Failed"},
	{"refused, suspended and not synced", func(f *Facts) {
		f.SpecError, f.Settings.Suspend, f.Synced, f.View, f.Metrics = errors.New("spec.groupBy[0]: no"), true, false, nil, nil
	}, "Ready=False/InvalidSpec Stalled=True/InvalidSpec", "Failed"},
	{"suspended and not synced", func(f *Facts) { f.Settings.Suspend, f.Synced, f.View, f.Metrics = true, false, nil, nil },
		"Ready=True/Suspended", "Current"},
}

func situationOf(name string) situation {
	return situations[slices.IndexFunc(situations, func(s situation) bool { return s.name == name })]
}

// facts are those of a new report of generation 3 with an interval of a minute,
// whose numbers have just been summed up.
func facts() *Facts {
	v := someView()
	v.Pods, v.Containers = usage.Coverage{Expected: 2, Observed: 2}, usage.Coverage{Expected: 2, Observed: 2}
	return &Facts{
		Now: now, Generation: 3,
		Settings:  &v1alpha1.ReportSettings{Interval: "1m"},
		Synced:    true,
		Metrics:   &standing.Metrics{Available: true, Reason: v1alpha1.ReasonMetricsRead, Message: "The Metrics API answers."},
		View:      v,
		Published: &v1alpha1.ReportStatus{ObservedGeneration: -1},
	}
}

// in returns the facts of a new report in a situation.
func in(name string) *Facts {
	f := facts()
	situationOf(name).set(f)
	return f
}

// afterwards returns the facts of a situation for a report that was published
// in another one, some time earlier.
func afterwards(before, name string, later time.Duration) *Facts {
	old := in(before)
	stored := stored(Decide(old), old.Published)
	f := in(name)
	f.Published, f.Fingerprint = &stored, Fingerprint(&stored)
	f.Now = f.Now.Add(later)
	if f.View != nil && !f.View.SampleTime.IsZero() {
		f.View.SampleTime = f.View.SampleTime.Add(later)
	}
	return f
}

// stored is what a status becomes when a decision about it is carried out.
func stored(d Decision, before *v1alpha1.ReportStatus) v1alpha1.ReportStatus {
	after := *before
	switch d.Write {
	case Everything:
		return d.Status
	case ConditionsOnly:
		after.ObservedGeneration, after.Conditions = d.Status.ObservedGeneration, d.Status.Conditions
	}
	return after
}

func inShort(conditions []v1alpha1.Condition) string {
	var out []string
	for _, c := range conditions {
		out = append(out, fmt.Sprintf("%s=%s/%s", c.Type, c.Status, c.Reason))
	}
	return strings.Join(out, " ")
}

// kstatus is what kstatus says of an object of a kind that it does not know: its
// documented rules for generations and conditions.
func kstatus(generation int64, s *v1alpha1.ReportStatus) string {
	if s.ObservedGeneration != generation {
		return "InProgress"
	}
	for _, c := range s.Conditions {
		switch {
		case c.Type == "Reconciling" && c.Status == metav1.ConditionTrue:
			return "InProgress"
		case c.Type == "Stalled" && c.Status == metav1.ConditionTrue:
			return "Failed"
		}
	}
	for _, c := range s.Conditions {
		if c.Type == "Ready" && c.Status != metav1.ConditionTrue {
			return "InProgress"
		}
	}
	return "Current"
}
