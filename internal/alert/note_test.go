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
	return Threshold{Namespace: "shop", Settings: &v1alpha1.ThresholdSettings{
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
		"Pod web-7f9-abc of Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"the largest pod over a window", func(t *Threshold, _ *threshold.Transition) {
		t.Settings.Combine, t.Settings.Statistic, t.Settings.Window = v1alpha1.CombineMaximumPod, "Maximum", "30m"
	}, "The largest pod of Deployment web uses 96% of its limits of memory at most over 30m, above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"a pod that is its own largest", func(t *Threshold, x *threshold.Transition) {
		t.Settings.Combine, x.Reading.Subject = v1alpha1.CombineMaximumPod, model.Subject{Namespace: "shop", Pod: "web-7f9-abc"}
	}, "Pod web-7f9-abc uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
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
	}, "Deployment web uses 100m of cpu, 5% of its requests (20), below 10% for 5m"},
	{"hardly above", func(_ *Threshold, x *threshold.Transition) { x.Reading.Value = 904 * perPercent / 10 },
		"Deployment web uses 1.91Gi of memory, 90.4% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"still, between clear and above", func(t *Threshold, x *threshold.Transition) {
		x.Reason, x.Time, x.Level.Crossing, x.Reading.Value = threshold.StillExceeded, at(2100), false, 85*perPercent
		t.Settings.Levels[0].Clear = "75%"
	}, "Deployment web uses 1.91Gi of memory, 85% of its limits (2Gi), no longer above 90%, but not yet cleared by 75% after 30m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"still, not clear for long enough", func(t *Threshold, x *threshold.Transition) {
		x.Reason, x.Time, x.Level.Crossing, x.Level.ClearingTime, x.Reading.Value = threshold.StillExceeded, at(2100), false, at(2000), 70*perPercent
		t.Settings.KeepFiringFor = "2m"
	}, "Deployment web uses 1.91Gi of memory, 70% of its limits (2Gi), no longer above 90%, but not yet for 2m after 30m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"a node", func(t *Threshold, x *threshold.Transition) {
		t.Namespace, t.Settings.Measure, x.Subject = "", v1alpha1.MeasurePercentOfAllocatable, model.Subject{Node: "node-1"}
		x.Reading.Subject = x.Subject
	}, "Node node-1 uses 1.91Gi of memory, 96% of its allocatable (2Gi), above 90% for 5m"},
	{"pods of any namespace by a label", func(t *Threshold, x *threshold.Transition) {
		t.Namespace, t.LabelKeys, t.Settings.Combine = "", []string{"team", "tier"}, v1alpha1.CombineMaximumPod
		x.Subject = model.Subject{Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "a", Present: true}}}
		x.Reading.Subject = x.Subject
	}, "The largest pod of team=a, !tier uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m"},
	{"a namespace of a cluster", func(t *Threshold, x *threshold.Transition) {
		t.Namespace, t.Settings.Measure, x.Subject = "", v1alpha1.MeasurePercentOfQuota, model.Subject{Namespace: "shop"}
		x.Reading.Subject = x.Subject
	}, "Namespace shop uses 1.91Gi of memory, 96% of its quota (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"the sum", func(_ *Threshold, x *threshold.Transition) {
		x.Subject, x.Reading.Subject = model.Subject{}, model.Subject{}
	},
		"All that is selected uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi"},
	{"what does not print", func(t *Threshold, x *threshold.Transition) {
		x.Reading.Subject.Workload.Name, t.Settings.Description = "web\x1b[31m", "First.\nThen."
	}, "Deployment web [31m uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi, web-7f9-def 650Mi. First. Then."},
	{"still", func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Time, x.Level.Crossing = threshold.StillExceeded, at(2100), true
	},
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
	{"floor", clearedBy(threshold.BelowFloor), "Deployment web: the alert (Warning) has ended, since its limits (2Gi) fell below the floor of 100Mi"},
	{"nothing declared", func(_ *Threshold, x *threshold.Transition) {
		x.Reason, x.Cause, x.Announced, x.Reading.Denominator = threshold.Cleared, threshold.BelowFloor, threshold.None, 0
	}, "Deployment web: the alert (Warning) has ended, since it has no limits any more"},
	{"deleted", clearedBy(threshold.Deleted), "Deployment web: the alert (Warning) has ended, since the threshold was deleted"},
	{"overall", func(_ *Threshold, x *threshold.Transition) {
		x.Overall, x.Severity, x.Counts = true, threshold.Critical, threshold.Counts{Total: 12, Firing: 3}
		x.Rule.Severity = threshold.Critical
	}, "Critical: 3 of 12 subjects fire, at worst above 95% of limits of memory"},
	{"overall, no data", func(t *Threshold, x *threshold.Transition) {
		x.Overall, x.Reason, x.Counts, t.Settings.Measure = true, threshold.Unknown, threshold.Counts{Total: 12, Firing: 3}, v1alpha1.MeasureUsage
		t.Settings.Levels[0].Above = "2Gi"
	}, "Warning: 3 of 12 subjects fire for lack of samples, at worst above 2Gi of memory"},
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

// TestLinks: a link is whole, whatever else must give way.
func TestLinks(t *testing.T) {
	about, x := limits(), high()
	about.Settings.Description = strings.Repeat("€", 1000)
	about.Settings.RunbookURL = "https://runbooks.example.com/" + strings.Repeat("a", 200)
	note := about.Note(&x, nil)
	if len(note) > threshold.MaxNote || !strings.HasSuffix(note, "€…. "+about.Settings.RunbookURL) {
		t.Errorf("%d bytes: %s", len(note), note)
	}
}

// TestHottestContainers: one is named as far as its subject does not say it.
func TestHottestContainers(t *testing.T) {
	for _, row := range []struct {
		subject model.Subject
		want    string
	}{
		{web, "Container app of Pod web-1 of Deployment web"},
		{model.Subject{Namespace: "shop", Pod: "web-1"}, "Container app of Pod web-1"},
		{model.Subject{Namespace: "shop", Pod: "web-1", Container: "app"}, "Container app of Pod web-1"},
		{model.Subject{Container: "app"}, "Pod web-1 of Container app"},
	} {
		about, x := limits(), high()
		about.Settings.Combine, x.Reading.Subject = v1alpha1.CombineMaximumContainer, row.subject
		largest := []usage.Contributor{{Name: "web-1/app", Usage: 700 * mi}}
		if got, _, _ := strings.Cut(about.Note(&x, largest), " uses "); got != row.want {
			t.Errorf("got  %s\nwant %s", got, row.want)
		}
	}
}

// TestSummaries are for a column.
func TestSummaries(t *testing.T) {
	for _, row := range []struct {
		name string
		edit func(t *Threshold, a *threshold.Alert)
		want string
	}{
		{"firing", func(*Threshold, *threshold.Alert) {}, "Deployment/web 96% of limits, above 90%"},
		{"critical", func(_ *Threshold, a *threshold.Alert) { a.Levels[1] = a.Levels[0] }, "Deployment/web 96% of limits, above 95%"},
		{"hardly", func(_ *Threshold, a *threshold.Alert) { a.Reading.Value = 9004 * perPercent / 100 }, "Deployment/web 90.04% of limits, above 90%"},
		{"exactly", func(_ *Threshold, a *threshold.Alert) { a.Reading.Value = 90 * perPercent }, "Deployment/web 90% of limits, above 90%"},
		{"in part", func(_ *Threshold, a *threshold.Alert) { a.Reading.Data, a.Reading.Lower = usage.Partial, 91*perPercent },
			"Deployment/web at least 91% of limits, above 90%"},
		{"in part, below", func(t *Threshold, a *threshold.Alert) {
			t.Settings.Measure, t.Settings.Levels = v1alpha1.MeasurePercentOfRequests, []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Below: "10%"}}
			a.Reading.Data, a.Reading.Upper = usage.Partial, 9*perPercent
		}, "Deployment/web at most 9% of requests, below 10%"},
		{"unknown", func(_ *Threshold, a *threshold.Alert) {
			a.Reading.Data, a.Reading.Lower, a.Reading.Upper, a.Levels, a.Phase = usage.Partial, 60*perPercent, math.MaxInt64, [threshold.SeverityCount]threshold.Level{}, threshold.PhaseUnknown
		}, "Deployment/web at least 60% of limits, samples are missing"},
		{"no data", func(_ *Threshold, a *threshold.Alert) { a.Reading.Data = usage.MissingData }, "Deployment/web no samples"},
		{"of any namespace", func(t *Threshold, _ *threshold.Alert) { t.Namespace = "" }, "Deployment/web in shop 96% of limits, above 90%"},
		{"usage", func(t *Threshold, a *threshold.Alert) {
			t.Settings.Measure, t.Settings.Levels[0].Above, a.Reading.Value = v1alpha1.MeasureUsage, "1.5Gi", 1966*mi
		}, "Deployment/web 1.91Gi, above 1.5Gi"},
	} {
		t.Run(row.name, func(t *testing.T) {
			about, a := limits(), *firing().Alerts[0]
			row.edit(&about, &a)
			if got := about.summary(&a); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
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
