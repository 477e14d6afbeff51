package alert

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	mi, gi = 1 << 20, 1 << 30
	core   = 1_000_000_000
)

// web is the Deployment that most texts are about.
var web = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}}

// limits is a threshold of memory in percent of limits.
func limits() Threshold {
	return Threshold{Kind: "ResourceThreshold", Namespace: "shop", Name: "memory", Settings: &v1alpha1.ThresholdSettings{
		Resource: v1alpha1.ResourceMemory, Measure: v1alpha1.MeasurePercentOfLimits, Floor: "100Mi",
		Levels: []v1alpha1.ThresholdLevel{
			{Severity: v1alpha1.SeverityWarning, Above: "90%", For: "5m"},
			{Severity: v1alpha1.SeverityCritical, Above: "95%"},
		},
	}}
}

// high is a transition of web over the lower level.
func high() threshold.Transition {
	return threshold.Transition{
		Notice:   threshold.Notice{Subject: web, Reason: threshold.Exceeded, Severity: threshold.Warning, Time: at(300)},
		Previous: threshold.None, Announced: threshold.Warning,
		Reading: usage.Reading{Subject: web, Value: 96 * perPercent, Lower: 96 * perPercent, Upper: 96 * perPercent, Usage: 1966 * mi, Denominator: 2 * gi, Pods: 3},
		Level:   threshold.Level{Phase: threshold.PhaseFiring, Held: 5 * time.Minute, PendingTime: at(0), FiringTime: at(300)},
		Rule:    threshold.LevelRule{Severity: threshold.Warning, Threshold: 90 * perPercent, Clear: 90 * perPercent, For: 5 * time.Minute},
	}
}

func at(second int64) time.Time { return time.Unix(1_800_000_000+second, 0).UTC() }

// told is one text and what it comes from.
type told struct {
	name string
	edit func(t *Threshold, x *threshold.Transition)
	want string
}

var texts = []told{
	{"exceeded", nil, "Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"at once", func(_ *Threshold, x *threshold.Transition) { x.Level.Held = 0 },
		"Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90%; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"in a threshold of the cluster", func(t *Threshold, _ *threshold.Transition) { t.Namespace = "" },
		"Deployment web in shop uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"samples missing", func(_ *Threshold, x *threshold.Transition) {
		x.Reading.Data, x.Reading.Lower, x.Reading.Upper = usage.Partial, 91*perPercent, 98*perPercent
	}, "Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi) (91% to 98%: samples are missing), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"nothing bounds what is missing", func(_ *Threshold, x *threshold.Transition) {
		x.Reading.Data, x.Reading.Lower, x.Reading.Upper = usage.Partial, 91*perPercent, math.MaxInt64
	}, "Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi) (at least 91%: samples are missing), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"the largest pod", func(t *Threshold, _ *threshold.Transition) { t.Settings.Combine = v1alpha1.CombineMaximumPod },
		"The largest pod of Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"on average", func(t *Threshold, _ *threshold.Transition) {
		t.Settings.Statistic, t.Settings.Window = "Average", "30m"
	},
		"Deployment web uses 96% of its limits of memory on average over 30m, above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"usage", func(t *Threshold, x *threshold.Transition) {
		t.Settings.Measure, t.Settings.Resource, t.Settings.Levels[0].Above = v1alpha1.MeasureUsage, v1alpha1.ResourceCPU, "1500m"
		x.Reading.Value, x.Reading.Usage = 1612*core/1000, 1612*core/1000
	}, "Deployment web uses 1612m of cpu, above 1500m for 5m; largest: web-7f9-abc 734m, web-7f9-def 681m"},
	{"waste", func(t *Threshold, x *threshold.Transition) {
		t.Settings.Measure, t.Settings.Resource, t.Settings.Levels = v1alpha1.MeasurePercentOfRequests, v1alpha1.ResourceCPU,
			[]v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Below: "10%"}}
		x.Reading.Value, x.Reading.Usage, x.Reading.Denominator = 5*perPercent, core/10, 20*core
	}, "Deployment web uses 100m of cpu, 5% of its requests (20), below 10% for 5m; largest: web-7f9-abc 734m, web-7f9-def 681m"},
	{"still", func(_ *Threshold, x *threshold.Transition) { x.Reason, x.Time = threshold.StillExceeded, at(2100) },
		"Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), still above 90% after 30m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"no data", func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Reading.Data = threshold.Unknown, usage.MissingData
	},
		"Deployment web has no samples for 5m, so that nobody knows whether it is above 90%"},
	{"what to do", func(t *Threshold, _ *threshold.Transition) {
		t.Settings.Description, t.Settings.RunbookURL = "Web may be killed soon", "https://runbooks.example.com/web"
	}, "Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi. Web may be killed soon. https://runbooks.example.com/web"},
	{"recovered", func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Cause, x.Announced, x.Reading.Value = threshold.Cleared, threshold.Recovered, threshold.None, 70*perPercent
	}, "Deployment web uses 1.91Gi of memory, 70% of its limits (2Gi), no longer above 90%"},
	{"a level lower", func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Cause, x.Severity, x.Announced = threshold.Cleared, threshold.Recovered, threshold.Critical, threshold.Warning
		x.Reading.Value, x.Rule = 92*perPercent, threshold.LevelRule{Severity: threshold.Critical, Threshold: 95 * perPercent}
	}, "Deployment web uses 1.91Gi of memory, 92% of its limits (2Gi), no longer above 95%, still above 90%"},
	{"gone", clearedBy(threshold.SubjectGone), "Deployment web is gone: the alert (Warning) has ended"},
	{"changed", clearedBy(threshold.SpecChanged), "Deployment web: the alert (Warning) has ended, since the threshold was changed"},
	{"floor", clearedBy(threshold.BelowFloor), "Deployment web: the alert (Warning) has ended, since its limits are below the floor of 100Mi"},
	{"deleted", clearedBy(threshold.Deleted), "Deployment web: the alert (Warning) has ended, since the threshold was deleted"},
	{"overall", func(_ *Threshold, x *threshold.Transition) {
		x.Overall, x.Severity, x.Counts = true, threshold.Critical, threshold.Counts{Total: 12, Firing: 3}
	}, "Critical: 3 of 12 subjects fire"},
	{"overall, a level lower", func(_ *Threshold, x *threshold.Transition) {
		x.Overall, x.Reason, x.Severity, x.Counts = true, threshold.Cleared, threshold.Critical, threshold.Counts{Total: 12, Firing: 3}
	}, "Critical has ended, Warning goes on: 3 of 12 subjects fire"},
	{"overall, over", func(_ *Threshold, x *threshold.Transition) {
		x.Overall, x.Reason, x.Announced, x.Counts = true, threshold.Cleared, threshold.None, threshold.Counts{Total: 12}
	}, "Warning has ended: none of 12 subjects fires"},
}

func clearedBy(c threshold.Cause) func(*Threshold, *threshold.Transition) {
	return func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Cause, x.Announced = threshold.Cleared, c, threshold.None
	}
}

func TestNotes(t *testing.T) {
	for _, row := range texts {
		t.Run(row.name, func(t *testing.T) {
			about, x := limits(), high()
			if row.edit != nil {
				row.edit(&about, &x)
			}
			largest := []usage.Contributor{{Name: "web-7f9-abc", Usage: 700 * mi}, {Name: "web-7f9-def", Usage: 650 * mi}}
			if about.Settings.Resource == v1alpha1.ResourceCPU {
				largest[0].Usage, largest[1].Usage = 734_000_000, 681_000_000
			}
			if got := about.Note(&x, largest); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// TestLongNotes: what does not fit is cut at the border of a character.
func TestLongNotes(t *testing.T) {
	about, x := limits(), high()
	about.Settings.Description = strings.Repeat("€", 1000)
	note := about.Note(&x, nil)
	if len(note) > threshold.MaxNote || len(note) < threshold.MaxNote-5 || !utf8.ValidString(note) || !strings.HasSuffix(note, "€…") {
		t.Errorf("%d bytes: %s", len(note), note)
	}
}

func TestAmounts(t *testing.T) {
	for _, row := range []struct {
		resource v1alpha1.ResourceName
		n        int64
		want     v1alpha1.Quantity
	}{
		{"memory", 0, "0"}, {"memory", 1023, "1023"}, {"memory", 1536, "1.5Ki"}, {"memory", 700 * mi, "700Mi"},
		{"memory", 1023*mi + 1023<<10, "1023Mi"}, {"memory", 1966 * mi, "1.91Gi"}, {"memory", 2 * gi, "2Gi"},
		{"memory", 12_345 * gi, "12Ti"}, {"memory", math.MaxInt64, "8191Pi"},
		{"cpu", 0, "0m"}, {"cpu", 999_999, "0m"}, {"cpu", 1_999_999, "1m"}, {"cpu", 9_999 * core / 1000, "9999m"},
		{"cpu", 10 * core, "10"}, {"cpu", 12_345 * core / 1000, "12.3"}, {"cpu", 1234 * core, "1234"},
	} {
		if got := amount(row.resource, row.n); got != row.want {
			t.Errorf("%d of %s is %s, want %s", row.n, row.resource, got, row.want)
		}
	}
}
