package controller

import (
	"errors"
	"slices"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestRefusedStatus: a status that the API server refuses is an error, and of
// that report alone.
func TestRefusedStatus(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		_, id := f.object(kind, "impossible")
		impossible := viewOf(250)
		impossible.RowCount = -1
		f.source.locked(func() { f.source.views[id] = impossible })
		f.create(kind, "impossible", 0, nil)
		f.eventually("the refusal is logged", func() bool { return slices.ContainsFunc(f.log.errors(), apierrors.IsInvalid) })
		f.ready(f.create(kind, "possible", 250, nil), v1alpha1.ReasonReported)
		f.source.show(id, 250)
		f.source.due(id)
		f.ready(id, v1alpha1.ReasonReported)
	}
}

// TestInvalidSpec: the schema refuses all that does not compile, so the failure
// is put into the reconciler.
func TestInvalidSpec(t *testing.T) {
	f := idle(t)
	for _, kind := range kinds {
		id := f.create(kind, "invalid", 250, nil)
		o := f.cached(id)
		r := &ReportReconciler{
			Client: f.operator, Source: f.source, Clock: f.clock, Budget: f.budget, Metrics: f.metrics, Checkpoints: f.checkpoints, Kind: kind,
			New: func() v1alpha1.ReportObject { n, _ := f.object(kind, ""); n.SetName(""); return n },
		}
		key := client.ObjectKeyFromObject(o)
		f.mustReconcile(r, key)
		f.ready(id, v1alpha1.ReasonReported)
		f.cached(id)
		r.plans.plans[key] = compiled{uid: o.GetUID(), selection: o.SelectionSpec(), err: errors.New("spec.groupBy[0].type: unknown")}
		f.mustReconcile(r, key)
		after := f.ready(id, v1alpha1.ReasonInvalidSpec)
		if usageOf(after) != "250m" || f.source.drops(id) != 1 {
			t.Errorf("%s: the usage is %q and the report was dropped %d times", kind, usageOf(after), f.source.drops(id))
		}
		if c := after.ReportStatus().Conditions[1]; c.Type != v1alpha1.ConditionStalled || c.Message != "spec.groupBy[0].type: unknown" {
			t.Errorf("%s: the second condition is %+v, want Stalled with the error", kind, c)
		}
		f.change(id, selectOthers)
		f.cached(id)
		f.mustReconcile(r, key)
		f.ready(id, v1alpha1.ReasonReported)
	}
}

// mustReconcile reconciles and looks at when the next time is.
func (f *fixture) mustReconcile(r *ReportReconciler, key client.ObjectKey) {
	f.t.Helper()
	result, err := r.Reconcile(f.t.Context(), ctrl.Request{NamespacedName: key})
	if err != nil || result.RequeueAfter != 2*time.Minute {
		f.t.Errorf("the result is %+v, %v; want the next reconcile after two intervals", result, err)
	}
}

// selectOthers edits the selection of a report.
func selectOthers(o v1alpha1.ReportObject) {
	pods := &v1alpha1.LabelSelector{MatchLabels: map[string]string{"app": "other"}}
	switch r := o.(type) {
	case *v1alpha1.UsageReport:
		r.Spec.Selector = pods
	case *v1alpha1.ClusterUsageReport:
		r.Spec.Selector = pods
	}
}
