package controller

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestSpecEdit: an edit of the spec is served at once; other edits wake nobody.
func TestSpecEdit(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "edited", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		plan := f.source.plans[id]
		seen := f.source.looked(id)
		f.change(id, func(o v1alpha1.ReportObject) { o.SetLabels(map[string]string{"team": "blue"}) })
		f.cached(id)
		f.ready(f.create(kind, "bystander", 250, nil), v1alpha1.ReasonReported)
		if got := f.source.looked(id); got != seen {
			t.Errorf("%s: a label caused %d reconciles", kind, got-seen)
		}
		f.change(id, func(o v1alpha1.ReportObject) {
			o.Settings().Interval, o.Settings().Top = "5m", 3
			o.Settings().Window, o.Settings().Statistics = "24h", []v1alpha1.Statistic{v1alpha1.StatisticP50, v1alpha1.StatisticAverage}
			o.Settings().SortBy = &v1alpha1.SortBy{Resource: v1alpha1.ResourceMemory, Measure: v1alpha1.SortByRequests}
		})
		if o := f.ready(id, v1alpha1.ReasonReported); o.ReportStatus().ObservedGeneration != 2 {
			t.Errorf("%s: the status is of generation %d, want 2", kind, o.ReportStatus().ObservedGeneration)
		}
		f.source.locked(func() {
			want := usage.Need{
				Window: 24 * time.Hour, Statistics: []usage.Statistic{usage.P50, usage.Average},
				Top: 3, By: usage.Order{Resource: model.Memory, Measure: usage.Requests},
			}
			if got := f.source.needs[id]; !reflect.DeepEqual(got, want) || f.source.intervals[id] != 5*time.Minute || f.source.plans[id] != plan {
				t.Errorf("%s: served with %+v every %v, the plan kept: %t", kind, got, f.source.intervals[id], f.source.plans[id] == plan)
			}
		})
	}
	f.mustHaveNoErrors()
}

// TestConflict: a report that changed behind the cache's back is decided on
// again, without an error.
func TestConflict(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		_, id := f.object(kind, "contended")
		f.onPatch(id, func() {
			f.change(id, func(o v1alpha1.ReportObject) { o.SetLabels(map[string]string{"team": "blue"}) })
		})
		f.create(kind, "contended", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		f.mustHavePatched(id, 2)
		if got := f.get(id).GetLabels()["team"]; got != "blue" {
			t.Errorf("%s: the label is %q", kind, got)
		}
	}
	f.mustHaveNoErrors()
}

func TestDeletion(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "deleted", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		if err := f.server.Delete(t.Context(), f.get(id)); err != nil {
			t.Fatal(err)
		}
		f.eventually("the report is dropped", func() bool { return f.source.drops(id) > 0 })
	}
	f.mustHaveNoErrors()
}

// TestDeletedInBetween: a report that is gone before it is written is no error.
func TestDeletedInBetween(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		o, id := f.object(kind, "fleeting")
		f.onPatch(id, func() {
			if err := f.server.Delete(t.Context(), o); err != nil {
				t.Error(err)
			}
		})
		f.create(kind, "fleeting", 250, nil)
		f.eventually("the report is dropped", func() bool { return f.source.drops(id) > 0 })
		f.mustHavePatched(id, 1)
	}
	f.mustHaveNoErrors()
}

// TestDeletionThatWaits: while a finalizer of somebody else holds a deleted
// report, it is not served any more.
func TestDeletionThatWaits(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "held", 250, func(o v1alpha1.ReportObject) { o.SetFinalizers([]string{"example.com/hold"}) })
		f.ready(id, v1alpha1.ReasonReported)
		if err := f.server.Delete(t.Context(), f.get(id)); err != nil {
			t.Fatal(err)
		}
		f.eventually("the report is dropped", func() bool { return f.source.drops(id) > 0 })
		f.source.show(id, 300)
		f.reconcile(id)
		f.mustHavePatched(id, 1)
		f.change(id, func(o v1alpha1.ReportObject) { o.SetFinalizers(nil) })
	}
	f.mustHaveNoErrors()
}

// TestRecreation: a report of the same name is another report.
func TestRecreation(t *testing.T) {
	f := reconciling(t)
	id := f.create("UsageReport", "again", 250, nil)
	f.ready(id, v1alpha1.ReasonReported)
	plan := f.source.plans[id]
	if err := f.server.Delete(t.Context(), f.get(id)); err != nil {
		t.Fatal(err)
	}
	f.create("UsageReport", "again", 250, nil)
	f.ready(id, v1alpha1.ReasonReported)
	f.source.locked(func() {
		if f.source.plans[id] == plan {
			t.Error("the new report has the plan of the old one")
		}
	})
}

func TestSuspension(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "paused", 250, nil)
		before := f.ready(id, v1alpha1.ReasonReported)
		f.change(id, func(o v1alpha1.ReportObject) { o.Settings().Suspend = true })
		f.source.show(id, 300)
		after := f.ready(id, v1alpha1.ReasonSuspended)
		if f.source.drops(id) == 0 {
			t.Errorf("%s: a suspended report is still served", kind)
		}
		if diff := cmp.Diff(numbers(before), numbers(after)); diff != "" {
			t.Errorf("%s: the numbers changed (-before +after):\n%s", kind, diff)
		}
		f.change(id, func(o v1alpha1.ReportObject) { o.Settings().Suspend = false })
		if got := usageOf(f.ready(id, v1alpha1.ReasonReported)); got != "300m" {
			t.Errorf("%s: after it was resumed the usage is %s, want 300m", kind, got)
		}
	}
	f.mustHaveNoErrors()
}
