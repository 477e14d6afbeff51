package usage_test

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestNodesOverAWindow follows two nodes of which one is lost and then deleted:
// a gap for the total until it is gone, and a row until the window has passed.
func TestNodesOverAWindow(t *testing.T) {
	e := usage.New()
	spec := grouped(v1alpha1.GroupByNode)
	spec.Target = v1alpha1.TargetNodes
	set(t, e, clusterReport, spec, overFiveMinutes)
	a, b := &model.Node{Name: "a", UID: "1"}, &model.Node{Name: "b", UID: "2"}
	e.Apply([]model.Change{{Node: a}, {Node: b}})
	second := 0.0
	tick := func(ticks int, used map[string]int64) {
		for range ticks {
			second += 15
			s := &model.NodeSamples{ReadTime: at(second)}
			for _, name := range []string{"a", "b"} {
				if n, ok := used[name]; ok {
					s.Nodes = append(s.Nodes, model.NodeSample{Name: name, Time: at(second - 5), Window: 15 * time.Second, Usage: model.Amounts{n * cores, n}})
				}
			}
			e.TickNodes(s)
		}
	}
	tick(4, map[string]int64{"a": 3, "b": 2})
	v := view(t, e, clusterReport)
	mustBeOver(t, "total", &v.Total, 5, 5, 5)
	mustBeOver(t, "a", &v.Rows[0], 3, 3, 3)
	mustBeOver(t, "b", &v.Rows[1], 2, 2, 2)

	tick(10, map[string]int64{"a": 3})
	v = view(t, e, clusterReport)
	mustBeOver(t, "total with a gap", &v.Total, 5, 5, 5)
	if want := 6 * 15 * time.Second; v.Window.Observed != want { // two ticks carry b's last sample
		t.Errorf("observed for %s, want %s", v.Window.Observed, want)
	}
	e.Apply([]model.Change{{Node: b, Gone: true}})
	tick(6, map[string]int64{"a": 3})
	v = view(t, e, clusterReport)
	mustBeOver(t, "total without b", &v.Total, 4, 5, 3)
	if len(v.Rows) != 2 || v.Rows[1].Subject.Node != "b" || v.Rows[1].Nodes != 0 {
		t.Fatalf("b has no row any more: %+v", v.Rows)
	}
	mustBeOver(t, "b, which had a gap and then was gone", &v.Rows[1], 0.8, 2, 0)
	tick(20, map[string]int64{"a": 3})
	if v := view(t, e, clusterReport); len(v.Rows) != 1 {
		t.Errorf("after the window b has a row still: %+v", v.Rows)
	}
}

// TestNodesKeepTheirWindow: another need is no new report.
func TestNodesKeepTheirWindow(t *testing.T) {
	e := usage.New()
	spec := grouped(v1alpha1.GroupByNode)
	spec.Target = v1alpha1.TargetNodes
	plan := compiled(t, "", spec)
	e.Set(clusterReport, plan, overFiveMinutes)
	e.Apply([]model.Change{{Node: &model.Node{Name: "a", UID: "1"}}})
	e.TickNodes(&model.NodeSamples{ReadTime: at(15), Nodes: []model.NodeSample{{Name: "a", Time: at(10), Window: 15 * time.Second, Usage: model.Amounts{3 * cores, 1}}}})
	longer := overFiveMinutes
	longer.Window = time.Hour
	if e.Set(clusterReport, plan, longer) {
		t.Error("a plan that is the one before replaced it")
	}
	mustBeOver(t, "after another need", &view(t, e, clusterReport).Rows[0], 3, 3, 3)
	e.Set(clusterReport, plan, many)
	mustBeOver(t, "without a window", &view(t, e, clusterReport).Rows[0])
}
