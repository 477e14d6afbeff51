package controller

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestWritesOnce: equal numbers are written once, and own writes wake nobody.
func TestWritesOnce(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "once", 250, nil)
		first := f.ready(id, v1alpha1.ReasonReported)
		f.mustHavePatched(id, 1)
		f.cached(id)
		seen := f.source.looked(id)
		f.ready(f.create(kind, "another", 250, nil), v1alpha1.ReasonReported) // events come in order
		if got := f.source.looked(id); got != seen {
			t.Errorf("%s: the own write caused %d reconciles", kind, got-seen)
		}
		f.clock.SetTime(now.Add(time.Minute))
		f.reconcile(id)
		f.source.show(id, 250)
		f.reconcile(id)
		f.mustHavePatched(id, 1)
		if got := f.get(id).GetResourceVersion(); got != first.GetResourceVersion() {
			t.Errorf("%s: the resourceVersion moved from %s to %s", kind, first.GetResourceVersion(), got)
		}
		f.source.show(id, 300)
		f.source.due(id)
		f.eventually("the numbers are written", func() bool { return usageOf(f.get(id)) == "300m" })
		f.mustHavePatched(id, 2)
	}
	f.mustHaveNoErrors()
}

// TestStoredStatus: what is stored is what was built, in full.
func TestStoredStatus(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "stored", 250, nil)
		status := *f.ready(id, v1alpha1.ReasonReported).ReportStatus()
		if status.ObservedGeneration != 1 || len(status.Conditions) != 3 {
			t.Errorf("%s: generation %d with conditions %+v", kind, status.ObservedGeneration, status.Conditions)
		}
		status.ObservedGeneration, status.Conditions = 0, nil
		if diff := cmp.Diff(report.Build(viewOf(250)), status); diff != "" {
			t.Errorf("%s: the numbers (-want +got):\n%s", kind, diff)
		}
	}
}

// TestCacheIsSmall: numbers are not in memory, and what stands in their place
// does not reach the cluster.
func TestCacheIsSmall(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "small", 250, func(o v1alpha1.ReportObject) {
			o.SetAnnotations(map[string]string{"example.com/note": "mine"})
		})
		stored := f.ready(id, v1alpha1.ReasonReported)
		cached := f.cached(id)
		want := v1alpha1.ReportStatus{
			ObservedGeneration: 1, Conditions: stored.ReportStatus().Conditions, SampleTime: stored.ReportStatus().SampleTime,
		}
		if diff := cmp.Diff(want, *cached.ReportStatus()); diff != "" {
			t.Errorf("%s: the cached status (-want +got):\n%s", kind, diff)
		}
		if got := publishedFingerprint(cached); got != report.Fingerprint(stored.ReportStatus()) {
			t.Errorf("%s: the cached fingerprint is %q", kind, got)
		}
		if len(cached.GetManagedFields()) > 0 {
			t.Errorf("%s: the cache holds managed fields", kind)
		}
		f.source.show(id, 300)
		f.reconcile(id)
		if diff := cmp.Diff(map[string]string{"example.com/note": "mine"}, f.get(id).GetAnnotations()); diff != "" {
			t.Errorf("%s: the stored annotations (-want +got):\n%s", kind, diff)
		}
	}
}

// TestRestart: a new operator finds equal numbers and writes nothing.
func TestRestart(t *testing.T) {
	f := reconciling(t)
	var ids []usage.ID
	for _, kind := range kinds {
		id := f.create(kind, "lasting", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		ids = append(ids, id)
	}
	f.stop()
	f.source = newFakeSource()
	for _, id := range ids {
		f.source.show(id, 250)
	}
	f.start(f.setup)
	for _, id := range ids {
		f.eventually("the report is reconciled", func() bool { return f.source.looked(id) > 0 })
		f.reconcile(id)
		f.mustHavePatched(id, 1)
	}
}

// TestConditionsOnly: numbers stay in the cluster although the operator has none
// in memory.
func TestConditionsOnly(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "kept", 250, nil)
		before := f.ready(id, v1alpha1.ReasonReported)
		f.source.locked(func() {
			f.source.metrics = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPIUnavailable, Message: "look at it"}
		})
		f.cached(id)
		f.source.due(id)
		after := f.ready(id, v1alpha1.ReasonMetricsAPIUnavailable)
		f.mustHavePatched(id, 2)
		if diff := cmp.Diff(numbers(before), numbers(after)); diff != "" {
			t.Errorf("%s: the numbers changed (-before +after):\n%s", kind, diff)
		}
		f.source.locked(func() { f.source.metrics = available })
	}
}

// TestFirstWriteWithoutNumbers patches into a status that nobody ever wrote.
func TestFirstWriteWithoutNumbers(t *testing.T) {
	f := reconciling(t)
	f.source.metrics = nil
	for _, kind := range kinds {
		id := f.create(kind, "new", 0, nil)
		o := f.ready(id, v1alpha1.ReasonWaitingForFirstSample)
		if o.ReportStatus().ObservedGeneration != 1 || o.ReportStatus().Total != nil {
			t.Errorf("%s: the status is %+v", kind, o.ReportStatus())
		}
		f.mustHavePatched(id, 1)
	}
	f.mustHaveNoErrors()
}

// TestTampering: what somebody else writes into the status does not last.
func TestTampering(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		for name, tamper := range map[string]func(s *v1alpha1.ReportStatus){
			"forged":     func(s *v1alpha1.ReportStatus) { s.Total.Pods = new(int32(1000)) },
			"wiped":      func(s *v1alpha1.ReportStatus) { *s = v1alpha1.ReportStatus{} },
			"unready":    func(s *v1alpha1.ReportStatus) { s.Conditions[0].Status = "False" },
			"generation": func(s *v1alpha1.ReportStatus) { s.ObservedGeneration = 99 },
		} {
			id := f.create(kind, name, 250, nil)
			o := f.ready(id, v1alpha1.ReasonReported)
			want := *o.ReportStatus()
			tampered, _ := o.DeepCopyObject().(v1alpha1.ReportObject)
			tamper(tampered.ReportStatus())
			if err := f.server.Status().Update(t.Context(), tampered); err != nil {
				t.Fatal(err)
			}
			f.cached(id)
			f.source.due(id)
			f.eventually("the status is as it was: "+name, func() bool {
				return cmp.Equal(want, *f.get(id).ReportStatus())
			})
		}
	}
	f.mustHaveNoErrors()
}

// numbers is a status without what a patch of the conditions writes.
func numbers(o v1alpha1.ReportObject) v1alpha1.ReportStatus {
	s := *o.ReportStatus()
	s.ObservedGeneration, s.Conditions = 0, nil
	return s
}
