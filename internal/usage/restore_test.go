package usage_test

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// remembered is an engine's snapshot of a pod that uses 4 cores until at(60).
func remembered(t *testing.T, plan *selection.Plan) *usage.Snapshot {
	t.Helper()
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	e.Set(clusterReport, plan, overFiveMinutes)
	for second := 15.0; second <= 60; second += 15 {
		e.Tick(answerOf(at(second), one("shop", "a", at(second-5), 4)))
	}
	s, ok := e.Snapshot(clusterReport, plan)
	if !ok || s.Total == nil || !s.Time.Equal(at(60)) {
		t.Fatalf("the snapshot is %+v", s)
	}
	return s
}

// TestGoingOn restores at some times, by a clock that can have been put back, and
// reads a sample at once and another one 15 s later.
func TestGoingOn(t *testing.T) {
	plan := compiled(t, "", byPod)
	for _, c := range []struct {
		name     string
		restored float64
		observed time.Duration // by the two ticks
	}{
		{"without downtime", 60, 15 * time.Second},
		{"after a short downtime", 70, 10*time.Second + 15*time.Second},
		{"after a long one", 180, 22500*time.Millisecond + 15*time.Second},
		{"with the clock put back by seconds", 55, 15 * time.Second},
		{"with the clock put back by a year", -365 * 86400, 15 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := usage.New()
			if !e.Restore(clusterReport, plan, overFiveMinutes, remembered(t, plan), at(c.restored)) {
				t.Fatal("not restored")
			}
			e.Apply(present(changed(newPod("shop", "a", "app"), func(p *model.Pod) { p.StartTime = 1 })))
			before := view(t, e, clusterReport)
			for i, second := range []float64{c.restored, c.restored + 15} {
				e.Tick(answerOf(at(second), one("shop", "a", at(second-1), int64(2-i))))
			}
			v := view(t, e, clusterReport)
			want := 60*time.Second + c.observed
			if c.restored < -300 { // as far back, nothing of the window is covered any more
				want = c.observed
			}
			if v.Window.Observed != want {
				t.Errorf("observed for %s, want %s; before the first tick %+v", v.Window.Observed, want, before.Window)
			}
		})
	}
}

// TestRepeatedSample: what was seen before the restart is no news after it.
func TestRepeatedSample(t *testing.T) {
	plan := compiled(t, "", byPod)
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	e.Restore(clusterReport, plan, overFiveMinutes, remembered(t, plan), at(66))
	e.Tick(answerOf(at(66), one("shop", "a", at(55), 4)))
	if got := view(t, e, clusterReport).Window.Observed; got != time.Minute {
		t.Errorf("observed for %s, want no more than before", got)
	}
}

// TestRestoredRowWithoutPods shows from the start on, and leaves when its window
// has passed since the snapshot.
func TestRestoredRowWithoutPods(t *testing.T) {
	plan := compiled(t, "", byPod)
	e := usage.New()
	e.Restore(clusterReport, plan, overFiveMinutes, remembered(t, plan), at(120))
	e.Sum(at(120))
	v := view(t, e, clusterReport)
	if len(v.Rows) != 1 || v.Rows[0].Subject.Pod != "a" || v.Rows[0].Pods != 0 {
		t.Fatalf("the rows are %+v", v.Rows)
	}
	mustBeOver(t, "the row", &v.Rows[0], 4, 4, 4)
	e.Tick(answerOf(at(345)))
	if rows := view(t, e, clusterReport).Rows; len(rows) != 1 {
		t.Errorf("before the window has passed the rows are %+v", rows)
	}
	e.Tick(answerOf(at(360)))
	if rows := view(t, e, clusterReport).Rows; len(rows) != 0 {
		t.Errorf("after the window the rows are %+v", rows)
	}
}

// TestRestoredNeed: the window may have been edited meanwhile, or be unwanted.
func TestRestoredNeed(t *testing.T) {
	plan := compiled(t, "", byPod)
	longer := overFiveMinutes
	longer.Window = time.Hour
	for _, need := range []usage.Need{longer, many} {
		e := usage.New()
		e.Apply(present(newPod("shop", "a", "app")))
		e.Restore(clusterReport, plan, need, remembered(t, plan), at(66))
		e.Tick(answerOf(at(900), one("shop", "a", at(899), 4)))
		want := 60*time.Second + 22500*time.Millisecond
		if need.Window == 0 {
			want = 0
		}
		if got := view(t, e, clusterReport).Window.Observed; got != want {
			t.Errorf("with a window of %s observed for %s, want %s", need.Window, got, want)
		}
	}
}

// TestMemoryOfItsOwn: a report that is set keeps what it has, and a snapshot is
// not changed by what comes after it.
func TestMemoryOfItsOwn(t *testing.T) {
	plan := compiled(t, "", byPod)
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	e.Set(clusterReport, plan, overFiveMinutes)
	e.Tick(answerOf(at(75), one("shop", "a", at(70), 1)))
	s, _ := e.Snapshot(clusterReport, plan)
	before := s.Total.Windows[model.CPU].Stats(at(75)).Observed
	if e.Restore(clusterReport, plan, overFiveMinutes, remembered(t, plan), at(75)) {
		t.Error("a report that is set was restored")
	}
	e.Tick(answerOf(at(90), one("shop", "a", at(85), 1)))
	mustBeOver(t, "the row", &view(t, e, clusterReport).Rows[0], 1, 1, 1)
	if after := s.Total.Windows[model.CPU].Stats(at(90)).Observed; after != before {
		t.Errorf("the snapshot grew from %s to %s", before, after)
	}
}

// TestMostRestored: no more rows have statistics than without a restart.
func TestMostRestored(t *testing.T) {
	plan := compiled(t, "", byPod)
	s := remembered(t, plan)
	for _, name := range []string{"b", "c"} {
		another := remembered(t, plan).Rows[0]
		another.Subject.Pod = name
		s.Rows = append(s.Rows, another)
	}
	e := usage.New()
	e.SetMaxSeries(2)
	e.Restore(clusterReport, plan, overFiveMinutes, s, at(66))
	if rows := view(t, e, clusterReport).Rows; len(rows) != 2 {
		t.Errorf("%d rows were restored, want 2", len(rows))
	}
}

// TestNodesGoOn: reports of nodes remember as those of pods do.
func TestNodesGoOn(t *testing.T) {
	spec := grouped(v1alpha1.GroupByNode)
	spec.Target = v1alpha1.TargetNodes
	plan := compiled(t, "", spec)
	answer := func(second float64, names ...string) *model.NodeSamples {
		s := &model.NodeSamples{ReadTime: at(second)}
		for i, name := range names {
			s.Nodes = append(s.Nodes, model.NodeSample{Name: name, Time: at(second - 5), Window: 15 * time.Second, Usage: model.Amounts{int64(i+1) * cores, 1}})
		}
		return s
	}
	a, b := model.Change{Node: &model.Node{Name: "a", UID: "1"}}, model.Change{Node: &model.Node{Name: "b", UID: "2"}}
	e := usage.New()
	e.Set(clusterReport, plan, overFiveMinutes)
	e.Apply([]model.Change{a, b})
	e.TickNodes(answer(15, "a", "b"))
	s, ok := e.Snapshot(clusterReport, plan)
	if !ok || len(s.Rows) != 2 || s.Rows[0].Subject.Node != "b" {
		t.Fatalf("the snapshot is %+v", s)
	}
	e = usage.New()
	e.Restore(clusterReport, plan, overFiveMinutes, s, at(20))
	e.Apply([]model.Change{a})
	e.TickNodes(answer(25, "a"))
	v := view(t, e, clusterReport)
	if want := 25 * time.Second; v.Window.Observed != want || len(v.Rows) != 2 {
		t.Errorf("observed for %s, want %s; rows %+v", v.Window.Observed, want, v.Rows)
	}
	e.TickNodes(answer(315, "a"))
	if rows := view(t, e, clusterReport).Rows; len(rows) != 1 {
		t.Errorf("after the window the rows are %+v", rows)
	}
}

// TestHistoryAndAccountsGoOn: what was recorded is there after a restart, and goes
// on after the gap.
func TestHistoryAndAccountsGoOn(t *testing.T) {
	need := accounted(t, account.Usage)
	need.History = history.Shape{Step: time.Minute, Points: 60}
	plan := compiled(t, "", byPod)
	web := newPod("shop", "a", "app")
	e := usage.New()
	e.Apply(present(web))
	e.Set(clusterReport, plan, need)
	for second := 15.0; second <= 60; second += 15 {
		e.Tick(answerOf(at(second), one("shop", "a", at(second-5), 4)))
	}
	s, ok := e.Snapshot(clusterReport, plan)
	if err := s.CheckSections(); !ok || err != nil {
		t.Fatalf("a snapshot: %t, %v", ok, err)
	}
	e = usage.New()
	e.Apply(present(web))
	e.Restore(clusterReport, plan, need, s, at(120))
	for second := 120.0; second <= 135; second += 15 {
		e.Tick(answerOf(at(second), one("shop", "a", at(second-5), 4)))
	}
	v := view(t, e, clusterReport)
	if n := len(v.History.Points); n < 3 || !v.History.Points[0].Start.Equal(at(0)) {
		t.Errorf("the history is %+v", v.History)
	}
	// Four times 15 s before, one and a half of them for the first tick after, one
	// for the second: 97.5 s of 4 cores.
	mustAccount(t, "after a restart", &v.Periods[0].Total, "390 97 0")
}

// TestAccountsOfAnotherSelectionGoOn: where the report was edited while no operator
// ran, it is as after an edit while one does: the accounts close, all else begins
// anew.
func TestAccountsOfAnotherSelectionGoOn(t *testing.T) {
	ofNodes := grouped(v1alpha1.GroupByNode)
	ofNodes.Target = v1alpha1.TargetNodes
	need := accounted(t, account.Usage)
	need.History = history.Shape{Step: time.Minute, Points: 60}
	before := usage.New()
	before.Apply(present(newPod("shop", "a", "app")))
	plan := compiled(t, "", byPod)
	before.Set(clusterReport, plan, need)
	for second := 15.0; second <= 60; second += 15 {
		before.Tick(answerOf(at(second), one("shop", "a", at(second-5), 4)))
	}
	for _, selection := range []v1alpha1.ClusterSelection{everyPod, ofNodes} {
		s, ok := before.Snapshot(clusterReport, plan)
		if !ok {
			t.Fatal("no snapshot")
		}
		stored := &usage.Snapshot{Time: s.Time, Sections: s.Sections, Changed: true}
		e := usage.New()
		e.Apply(present(newPod("shop", "a", "app")))
		e.Restore(clusterReport, compiled(t, "", selection), need, stored, at(120))
		e.Tick(answerOf(at(120), one("shop", "a", at(115), 4)))
		e.TickNodes(&model.NodeSamples{ReadTime: at(120)})
		v := view(t, e, clusterReport)
		closed := v.Periods[len(v.Periods)-1]
		if closed.Reason != account.SpecChanged || !closed.End.Equal(at(60)) || len(v.Periods) != 2 || !v.Periods[0].Start.Equal(at(60)) {
			t.Errorf("the periods are %+v", v.Periods)
		}
		mustAccount(t, "before the edit", &closed.Total, "240 60 0")
		if v.History != nil && v.History.Points[0].Start.Before(at(60)) || v.Window.Observed > 15*time.Second {
			t.Errorf("the history is %+v, the window %+v", v.History, v.Window)
		}
	}
}

// TestSpoiledSections: what is no history and no accounts is told.
func TestSpoiledSections(t *testing.T) {
	for _, name := range []string{"history", "accounts"} {
		s := usage.Snapshot{Sections: map[string][]byte{name: {0xff}}}
		if s.CheckSections() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (&usage.Snapshot{Sections: map[string][]byte{"of a later version": {1}}}).CheckSections(); err != nil {
		t.Error(err)
	}
}
