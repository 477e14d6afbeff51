package alert

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// firing is a state in which web fires, and two others are OK.
func firing() threshold.State {
	x := high()
	return threshold.State{
		Time: at(310), Phase: threshold.PhaseFiring, PhaseTime: at(300), Severity: threshold.Warning,
		Counts: threshold.Counts{Total: 3, OK: 2, Firing: 1},
		Alerts: []*threshold.Alert{{
			Reading: x.Reading, Phase: threshold.PhaseFiring, Announced: threshold.Warning, NotifiedTime: at(300),
			Levels: [threshold.SeverityCount]threshold.Level{{Phase: threshold.PhaseFiring, Held: 5 * time.Minute, PendingTime: at(0), FiringTime: at(300), Crossing: true}},
		}},
	}
}

// factsOf are those of a threshold that has nothing published yet.
func factsOf(s threshold.State) *Facts {
	return &Facts{
		Now: at(311), Generation: 3, Threshold: limits(), Synced: true,
		Metrics:   &standing.Metrics{Available: true, Reason: v1alpha1.ReasonMetricsRead},
		View:      &View{State: s, Contributors: [][]usage.Contributor{{{Name: "web-7f9-abc", Usage: 700 * mi}}}},
		Published: &v1alpha1.ThresholdStatus{ObservedGeneration: -1},
	}
}

// published takes over what was decided.
func (f *Facts) published(d *Decision) {
	f.Published, f.Fingerprint = d.Status.DeepCopy(), FingerprintOf(&d.Status)
}

func TestStatus(t *testing.T) {
	f := factsOf(firing())
	d := Decide(f)
	if d.Write != report.Everything || !d.News {
		t.Fatalf("decided on %+v", d)
	}
	d.Status.Conditions = nil
	want := v1alpha1.ThresholdStatus{
		ObservedGeneration: 3, LastEvaluationTime: v1alpha1.NewTimestamp(at(310)),
		State: v1alpha1.StateFiring, Severity: v1alpha1.SeverityWarning, StateTime: v1alpha1.NewTimestamp(at(300)),
		Worst:         "Deployment/web 96% of limits, above 90%",
		SubjectCounts: &v1alpha1.SubjectCounts{Total: 3, OK: 2, Firing: 1},
		Alerts: []v1alpha1.Alert{{
			Subject: &v1alpha1.Subject{Namespace: "shop", Workload: &v1alpha1.Workload{APIGroup: "apps", Kind: "Deployment", Name: "web"}},
			State:   v1alpha1.StateFiring, Severity: v1alpha1.SeverityWarning,
			Summary: "Deployment/web 96% of limits, above 90%",
			Message: "Deployment web uses 1.91Gi of memory, 96% of its limits (2Gi), above 90% for 5m; largest: web-7f9-abc 700Mi",
			Data:    v1alpha1.DataComplete, Value: "96%", Threshold: "90%",
			Levels: []v1alpha1.AlertLevel{
				{Severity: v1alpha1.SeverityWarning, State: v1alpha1.StateFiring, HeldSeconds: 300,
					PendingTime: v1alpha1.NewTimestamp(at(0)), FiringTime: v1alpha1.NewTimestamp(at(300))},
				{Severity: v1alpha1.SeverityCritical, State: v1alpha1.StateOK},
			},
			LastNotificationTime: v1alpha1.NewTimestamp(at(300)),
			Contributors:         []v1alpha1.AlertContributor{{Pod: "web-7f9-abc", Value: "700Mi"}},
		}},
	}
	if diff := cmp.Diff(want, d.Status); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
}

// TestConditions: what a threshold can be in, and what kstatus reads.
func TestConditions(t *testing.T) {
	const available = " MetricsAvailable=True/MetricsRead"
	for _, row := range []struct {
		name string
		edit func(f *Facts)
		want string
	}{
		{"firing", nil, "Ready=True/Evaluated" + available + " Complete=True/AllSampled Firing=True/AlertFiring"},
		{"calm", func(f *Facts) {
			f.View.State = threshold.State{Time: at(310), Counts: threshold.Counts{Total: 3, OK: 3}}
		},
			"Ready=True/Evaluated" + available + " Complete=True/AllSampled Firing=False/NoAlertFiring"},
		{"in part", func(f *Facts) {
			s := &f.View.State
			a := *s.Alerts[0]
			a.Reading.Data, s.Alerts = usage.Partial, []*threshold.Alert{&a}
		}, "Ready=True/Evaluated" + available + " Complete=False/SamplesMissing Firing=True/AlertFiring"},
		{"too many", func(f *Facts) { f.View.State.TooMany = 7 },
			"Ready=True/Evaluated" + available + " Complete=False/TooManySubjects Firing=True/AlertFiring"},
		{"without windows", func(f *Facts) { f.View.Unfollowed = 7 },
			"Ready=True/Evaluated" + available + " Complete=False/TooManyRows Firing=True/AlertFiring"},
		{"nothing declared", func(f *Facts) {
			f.View.State = threshold.State{Time: at(310), Counts: threshold.Counts{Total: 3, OK: 3}}
			f.View.Undeclared = 3
		}, "Ready=True/Evaluated" + available + " Complete=False/NothingDeclared Firing=False/NoAlertFiring"},
		{"nothing selected", func(f *Facts) { f.View.State = threshold.State{Time: at(310)} },
			"Ready=True/NoPodsSelected" + available + " Complete=True/AllSampled Firing=False/NoAlertFiring"},
		{"no node selected", func(f *Facts) { f.View.State, f.Threshold.Target = threshold.State{Time: at(310)}, model.Nodes },
			"Ready=True/NoNodesSelected" + available + " Complete=True/AllSampled Firing=False/NoAlertFiring"},
		{"no sample yet", func(f *Facts) {
			f.View.State = threshold.State{Time: at(310), Counts: threshold.Counts{Total: 1, Unknown: 1}}
		}, "Ready=False/WaitingForFirstSample Reconciling=True/WaitingForFirstSample" + available + " Complete=False/SamplesMissing Firing=False/NoAlertFiring"},
		{"metrics away", func(f *Facts) { f.Metrics = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPIUnavailable} },
			"Ready=False/MetricsAPIUnavailable Reconciling=True/MetricsAPIUnavailable MetricsAvailable=False/MetricsAPIUnavailable Complete=True/AllSampled Firing=True/AlertFiring"},
		{"not evaluated", func(f *Facts) { f.View, f.Metrics = nil, nil },
			"Ready=False/WaitingForFirstSample Reconciling=True/WaitingForFirstSample"},
		{"remembering", func(f *Facts) { f.Remembering, f.View = true, nil },
			"Ready=False/WaitingForCheckpoint Reconciling=True/WaitingForCheckpoint" + available},
		{"not synced", func(f *Facts) { f.Synced, f.View, f.Metrics = false, nil, nil },
			"Ready=False/WaitingForSync Reconciling=True/WaitingForSync"},
		{"suspended", func(f *Facts) { f.Threshold.Settings.Suspend, f.View, f.Metrics = true, nil, nil }, "Ready=True/Suspended"},
		{"refused", func(f *Facts) { f.SpecError, f.View, f.Metrics = errors.New("spec.levels: no"), nil, nil },
			"Ready=False/InvalidSpec Stalled=True/InvalidSpec"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := factsOf(firing())
			if row.edit != nil {
				row.edit(f)
			}
			var got []string
			for _, c := range Decide(f).Status.Conditions {
				got = append(got, c.Type+"="+string(c.Status)+"/"+c.Reason)
			}
			if text := strings.Join(got, " "); text != row.want {
				t.Errorf("got  %s\nwant %s", text, row.want)
			}
		})
	}
}

// TestWrites: states are told at once, numbers once a minute, and else only a
// heartbeat.
func TestWrites(t *testing.T) {
	f := factsOf(firing())
	d := Decide(f)
	f.published(&d)
	step := func(what string, want report.Write, news bool, seconds int64, edit func(s *threshold.State, a *threshold.Alert)) {
		t.Helper()
		s := firing()
		s.Time = at(seconds)
		a := *s.Alerts[0]
		s.Alerts = []*threshold.Alert{&a}
		if edit != nil {
			edit(&s, &a)
		}
		f.Now, f.View.State = at(seconds+1), s
		if d := Decide(f); d.Write != want || d.News != news {
			t.Errorf("%s: decided on %v, news %t; want %v, %t", what, d.Write, d.News, want, news)
		}
	}
	moved := func(_ *threshold.State, a *threshold.Alert) { a.Reading.Value = 97 * perPercent }
	step("nothing new", report.Nothing, false, 330, nil)
	step("a number, too soon", report.Nothing, false, 330, moved)
	step("a number", report.Everything, false, 370, moved)
	step("nothing new for long", report.Everything, false, 910, nil)
	step("a level", report.Everything, true, 320, func(_ *threshold.State, a *threshold.Alert) {
		a.Levels[1].Phase = threshold.PhasePending
	})
	step("missing data", report.Everything, true, 320, func(_ *threshold.State, a *threshold.Alert) { a.Reading.Data = usage.MissingData })
	calm := func(s *threshold.State, _ *threshold.Alert) { s.Counts.Total++; s.Counts.OK++ }
	step("one more subject, too soon", report.Nothing, false, 320, calm)
	step("one more subject", report.Everything, false, 370, calm)
	step("one more that is pending", report.Everything, true, 320, func(s *threshold.State, _ *threshold.Alert) { s.Counts.Total++; s.Counts.Pending++ })
	f.Generation++
	step("another spec", report.Everything, true, 320, nil)
	f.Starting, f.View, f.Metrics = true, nil, nil
	f.Generation--
	if d := Decide(f); d.Write != report.Nothing {
		t.Errorf("an operator that has just started writes %v", d.Write)
	}
}

// TestLargeStatus: alerts that do not fit are left out, and counted.
func TestLargeStatus(t *testing.T) {
	s := firing()
	s.Alerts = nil
	for i := range 60 {
		a := *firing().Alerts[0]
		a.Reading.Subject = model.Subject{Namespace: "shop", Pod: strings.Repeat("x", 250) + string(rune('a'+i%26)) + string(rune('a'+i/26))}
		s.Alerts = append(s.Alerts, &a)
	}
	s.Counts = threshold.Counts{Total: 60, Firing: 60}
	f := factsOf(s)
	f.Threshold.Settings.Description = strings.Repeat("d", 256)
	d := Decide(f)
	if n, omitted := len(d.Status.Alerts), int(d.Status.AlertsOmitted); n == 0 || n > MaxAlerts || n+omitted != 60 {
		t.Errorf("%d alerts are listed, %d omitted", n, omitted)
	}
}
