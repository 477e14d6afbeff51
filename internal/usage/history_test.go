package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// remembering is a need with a history of minutes.
func remembering(points int) usage.Need {
	n := overFiveMinutes
	n.History = history.Shape{Step: time.Minute, Points: points}
	return n
}

// minutes says what a history of steps of a minute or more tells of the CPU: when
// each point begins after the start, how long was observed, average and maximum in
// cores.
func minutes(h *history.View) string {
	text := ""
	for _, p := range h.Points {
		text += fmt.Sprintf("%v+%v: %.1f %.1f; ", p.Start.Sub(start), p.Observed, p.Average[model.CPU].Float()/1e9, p.Maximum[model.CPU].Float()/1e9)
	}
	return text
}

func mustRemember(t *testing.T, what string, e *usage.Engine, want string) {
	t.Helper()
	h := view(t, e, clusterReport).History
	if h == nil {
		t.Fatalf("%s: there is no history", what)
	}
	if got := minutes(h); got != want {
		t.Errorf("%s: the history is\n%s, want\n%s", what, got, want)
	}
}

// TestHistory follows the total of two pods through a rise, a loss and an end: the
// history has the very times that the window has.
func TestHistory(t *testing.T) {
	for name, spec := range map[string]v1alpha1.ClusterSelection{"one row": everyPod, "rows": byPod} {
		t.Run(name, func(t *testing.T) {
			e := usage.New()
			e.Apply(present(newPod("shop", "a", "app"), newPod("shop", "b", "app")))
			set(t, e, clusterReport, spec, remembering(10))
			second := 0.0
			tick := func(ticks int, samples ...sampled) {
				for range ticks {
					second += 15
					for i := range samples {
						samples[i].time = at(second - 5)
					}
					e.Tick(answerOf(at(second), samples...))
				}
			}
			both := []sampled{one("shop", "a", at(0), 3), one("shop", "b", at(0), 2)}
			tick(4, both...)
			tick(2, both...)
			tick(2, one("shop", "a", at(0), 5), one("shop", "b", at(0), 2))
			mustRemember(t, "after a rise", e, "0s+1m0s: 5.0 5.0; 1m0s+1m0s: 6.0 7.0; ")
			tick(8, one("shop", "a", at(0), 3)) // b is carried for two ticks, then lost
			mustRemember(t, "with a pod lost", e, "0s+1m0s: 5.0 5.0; 1m0s+1m0s: 6.0 7.0; 2m0s+30s: 5.0 5.0; ")
			tick(4, both...)
			e.Apply(gone(newPod("shop", "a", "app"), newPod("shop", "b", "app")))
			tick(4)
			mustRemember(t, "without pods", e, "0s+1m0s: 5.0 5.0; 1m0s+1m0s: 6.0 7.0; 2m0s+30s: 5.0 5.0; 4m0s+1m0s: 5.0 5.0; 5m0s+1m0s: 0.0 0.0; ")
		})
	}
}

// TestHistoryIsEdited: an edit shows at once, and keeps what it can; without a
// history, and for another selection, nothing is kept.
func TestHistoryIsEdited(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	plan := compiled(t, "", everyPod)
	e.Set(clusterReport, plan, overFiveMinutes)
	for i := range 8 {
		now := float64(15 * (i + 1))
		if i == 4 {
			if h := view(t, e, clusterReport).History; h != nil {
				t.Errorf("a history that nobody asked for: %s", minutes(h))
			}
			e.Set(clusterReport, plan, remembering(10))
		}
		e.Tick(answerOf(at(now), one("shop", "a", at(now-5), int64(i))))
	}
	mustRemember(t, "of the second minute", e, "1m0s+1m0s: 5.5 7.0; ")
	for i := range 4 {
		now := float64(15 * (i + 9))
		e.Tick(answerOf(at(now), one("shop", "a", at(now-5), 1)))
	}
	e.Set(clusterReport, plan, remembering(1))
	if !e.Changed(clusterReport) {
		t.Error("another history is no change")
	}
	mustRemember(t, "of one point", e, "2m0s+1m0s: 1.0 1.0; ")
	hourly := overFiveMinutes
	hourly.History = history.Shape{Step: time.Hour, Points: 24}
	e.Set(clusterReport, plan, hourly)
	mustRemember(t, "of an hour", e, "0s+1m0s: 1.0 1.0; ")
	set(t, e, clusterReport, byPod, hourly)
	if h := view(t, e, clusterReport).History; h != nil {
		t.Errorf("another selection has the history of the one before: %s", minutes(h))
	}
	e.Set(clusterReport, plan, overFiveMinutes)
	if h := view(t, e, clusterReport).History; h != nil {
		t.Errorf("a history that nobody asks for any more: %s", minutes(h))
	}
}

// TestHistoryOfNodes: reports of nodes have one as well.
func TestHistoryOfNodes(t *testing.T) {
	e := usage.New()
	spec := grouped(v1alpha1.GroupByNode)
	spec.Target = v1alpha1.TargetNodes
	plan := compiled(t, "", spec)
	e.Set(clusterReport, plan, remembering(10))
	e.Apply([]model.Change{{Node: &model.Node{Name: "a", UID: "1"}}})
	if h := view(t, e, clusterReport).History; h != nil {
		t.Errorf("a history before the first sample: %s", minutes(h))
	}
	for i := range 8 {
		now := at(float64(15 * (i + 1)))
		e.TickNodes(&model.NodeSamples{ReadTime: now, Nodes: []model.NodeSample{
			{Name: "a", Time: now.Add(-5 * time.Second), Window: 15 * time.Second, Usage: model.Amounts{int64(i) * cores, mi}},
		}})
	}
	mustRemember(t, "of nodes", e, "0s+1m0s: 1.5 3.0; 1m0s+1m0s: 5.5 7.0; ")
	e.Set(clusterReport, plan, overFiveMinutes)
	if h := view(t, e, clusterReport).History; h != nil {
		t.Errorf("a history that nobody asks for any more: %s", minutes(h))
	}
}
