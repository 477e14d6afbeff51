package controller

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// nodeViewOf is a view of two nodes, of which one is lost.
func nodeViewOf(millicores int64) *usage.View {
	row := usage.Row{Nodes: 2}
	used, base := model.Sum{}.Plus(millicores*1_000_000), model.Sum{}.Plus(4_000_000_000)
	row.Resources[model.CPU] = usage.Amount{Observed: true, Usage: used,
		Allocatable: usage.Denominator{Declared: base.Add(base), Set: 2, Usage: used, Base: base}}
	row.Resources[model.Memory] = usage.Amount{Observed: true, Usage: model.Sum{}.Plus(1 << 30), Allocatable: usage.Denominator{Unset: 2}}
	group := row
	group.Subject = model.Subject{Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "gpu", Present: true}}}
	return &usage.View{
		Target: model.Nodes, SampleTime: now, Resolution: 15 * time.Second, Grouped: true, LabelKeys: []string{"pool"},
		Nodes: usage.Coverage{Expected: 2, Observed: 1}, Missing: []usage.Missing{{Reason: usage.NodeLost, Node: "n2"}},
		Total: row, Rows: []usage.Row{group}, RowCount: 1,
	}
}

func ofNodes(o v1alpha1.ReportObject) {
	if r, ok := o.(*v1alpha1.ClusterUsageReport); ok {
		r.Spec.Target = v1alpha1.TargetNodes
		r.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByNodeLabel, Label: "pool"}}
		r.Spec.SortBy = &v1alpha1.SortBy{Resource: v1alpha1.ResourceMemory, Measure: v1alpha1.SortByPercentOfAllocatable}
	}
}

// TestReportOfNodes: the API server takes what the operator writes, and the
// report lives on the list of nodes.
func TestReportOfNodes(t *testing.T) {
	f := reconciling(t)
	_, id := f.object("ClusterUsageReport", "nodes")
	f.source.locked(func() {
		f.source.views[id] = nodeViewOf(1250)
		f.source.metrics = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPIForbidden, Message: "pods are another list"}
	})
	f.create("ClusterUsageReport", "nodes", 0, ofNodes)
	s := f.ready(id, v1alpha1.ReasonReported).ReportStatus()
	want := v1alpha1.Row{Nodes: new(int32(2)), Resources: map[v1alpha1.ResourceName]v1alpha1.ResourceUsage{
		"cpu":    {Usage: "1250m", Allocatable: "8", PercentOf: &v1alpha1.PercentOf{Allocatable: new(int64(31))}},
		"memory": {Usage: "1024Mi"},
	}}
	if diff := cmp.Diff(&want, s.Total); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	want.Subject = &v1alpha1.Subject{Labels: []v1alpha1.SubjectLabel{{Key: "pool", Value: new("gpu")}}}
	if diff := cmp.Diff([]v1alpha1.Row{want}, s.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	coverage := &v1alpha1.Coverage{Percent: 50, Nodes: &v1alpha1.Observed{Expected: 2, Observed: 1},
		Missing: []v1alpha1.MissingSample{{Node: "n2", Reason: v1alpha1.MissingNodeLost}}}
	if diff := cmp.Diff(coverage, s.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	f.source.locked(func() {
		need := usage.Need{Top: 20, Window: time.Hour, Statistics: standard, By: usage.Order{Resource: model.Memory, Measure: usage.PercentOfAllocatable}}
		if got := f.source.needs[id]; !reflect.DeepEqual(got, need) || f.source.plans[id].Target() != model.Nodes {
			t.Errorf("served with %+v, target %d", got, f.source.plans[id].Target())
		}
		f.source.ofNodes = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPIEmpty, Message: "nodes are not there"}
	})
	f.source.due(id)
	f.ready(id, v1alpha1.ReasonMetricsAPIEmpty)
	f.mustHaveNoErrors()
}

// TestOrderOfAnotherTarget: an object that was stored before the schema refused
// its order is stalled, with the field named.
func TestOrderOfAnotherTarget(t *testing.T) {
	source := newFakeSource()
	f := fixture{t: t, source: source, namespace: "shop"}
	o, id := f.object("ClusterUsageReport", "old")
	ofNodes(o)
	o.Settings().SortBy.Measure = v1alpha1.SortByRequests
	r := &ReportReconciler{Source: source, Budget: budget.New(1 << 20), Clock: testingclock.NewFakePassiveClock(now), Kind: "ClusterUsageReport"}
	facts := r.gather(o)
	d := report.Decide(&facts)
	if facts.SpecError == nil || source.drops(id) != 1 || d.Status.Conditions[0].Reason != v1alpha1.ReasonInvalidSpec {
		t.Errorf("the error is %v, the report was dropped %d times, the conditions are %+v", facts.SpecError, source.drops(id), d.Status.Conditions)
	}
}

// standard are the statistics that are shown where a spec names none.
var standard = []usage.Statistic{usage.Average, usage.Maximum, usage.P95}
