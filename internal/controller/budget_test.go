package controller

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// reconciler is one that the test calls itself.
func (f *fixture) reconciler(kind string, s Source) *called {
	return &called{ReportReconciler{
		Client: f.operator, Source: s, Clock: f.clock, Budget: f.budget, Metrics: f.metrics, Checkpoints: f.checkpoints, Kind: kind,
		New: func() v1alpha1.ReportObject { n, _ := f.object(kind, ""); n.SetName(""); return n },
	}}
}

type called struct{ ReportReconciler }

// mustReconcile reconciles a report and returns when it comes again.
func (r *called) mustReconcile(f *fixture, o client.Object) time.Duration {
	f.t.Helper()
	result, err := r.Reconcile(f.t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(o)})
	if err != nil {
		f.t.Fatal(err)
	}
	return result.RequeueAfter
}

// dueReport is a report and when it is reconciled next.
type dueReport struct {
	id   usage.ID
	next time.Time
}

// untilWritten lets the reports come in the order of time, and the clock with them,
// until each has written. It returns when each did.
func (r *called) untilWritten(f *fixture, reports []dueReport) map[usage.ID]time.Time {
	f.t.Helper()
	written := map[usage.ID]time.Time{}
	for len(reports) > 0 {
		slices.SortStableFunc(reports, func(a, b dueReport) int { return a.next.Compare(b.next) })
		d := &reports[0]
		f.clock.SetTime(d.next)
		before := f.patched(d.id)
		wait := r.mustReconcile(f, f.read(f.operator, d.id))
		if f.patched(d.id) > before {
			written[d.id] = d.next
			reports = reports[1:]
			continue
		}
		d.next = d.next.Add(wait)
	}
	return written
}

// TestFailureOfTheMetricsAPI concerns all reports in one moment. They say so one
// after the other.
func TestFailureOfTheMetricsAPI(t *testing.T) {
	const reports, rate, burst = 60, 2000, 4000
	f := idle(t)
	r := f.reconciler("UsageReport", f.source)
	var all []dueReport
	for i := range reports {
		id := f.create("UsageReport", fmt.Sprint("one-of-many-", i), 250, nil)
		r.mustReconcile(f, f.cached(id))
		f.cached(id)
		all = append(all, dueReport{id, now})
	}
	f.budget = budget.NewWithBurst(rate, burst)
	r.Budget = f.budget
	f.source.locked(func() {
		f.source.metrics = &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPITimeout, Message: "look at it"}
	})
	sent := f.bytesSent()
	written := r.untilWritten(f, all)
	sent = f.bytesSent() - sent
	last := slices.MaxFunc(all, func(a, b dueReport) int { return cmp.Compare(written[a.id].Sub(now), written[b.id].Sub(now)) })
	want := time.Duration(sent-burst) * time.Second / rate
	if took := written[last.id].Sub(now); sent < 3*burst || took < want || took > want+time.Second {
		t.Errorf("%d bytes took %v, want %v", sent, took, want)
	}
	for _, d := range all {
		o := f.ready(d.id, v1alpha1.ReasonMetricsAPITimeout)
		if usageOf(o) != "250m" {
			t.Errorf("%s has lost its numbers", d.id.Name)
		}
	}
}

// TestStretchedInterval: a report that waits for an interval says so, and no
// longer when it does not.
func TestStretchedInterval(t *testing.T) {
	f := idle(t)
	f.budget = budget.NewWithBurst(100, 3000)
	r := f.reconciler("UsageReport", f.source)
	id := f.create("UsageReport", "late", 250, nil)
	f.cached(id)
	r.untilWritten(f, []dueReport{{id, now}})
	f.ready(id, v1alpha1.ReasonReported)
	f.cached(id)

	// Another one, which stands before it, takes all that comes in two minutes.
	other := budget.Write{ID: usage.ID{Kind: "UsageReport", Name: "greedy"}, Bytes: 3000}
	for wait := time.Duration(1); wait > 0; {
		wait = f.budget.Ask(f.clock.Now(), other)
		f.clock.SetTime(f.clock.Now().Add(wait))
	}
	for i := range 4 {
		other.ID.Name += "!"
		other.Urgent = i%2 == 0
		f.budget.Ask(f.clock.Now(), other)
	}
	f.source.show(id, 500)
	asked := f.clock.Now()
	written := r.untilWritten(f, []dueReport{{id, asked}})[id]
	o := f.ready(id, v1alpha1.ReasonIntervalStretched)
	if waited := written.Sub(asked); waited < time.Minute || usageOf(o) != "500m" {
		t.Errorf("it has waited %v and says %s", waited, usageOf(o))
	}

	f.cached(id)
	f.clock.SetTime(written.Add(time.Hour))
	r.mustReconcile(f, o)
	f.ready(id, v1alpha1.ReasonReported)
}

// TestNewsGoesFirst: the answer to an edit does not stand behind a refresh.
func TestNewsGoesFirst(t *testing.T) {
	f := idle(t)
	r := f.reconciler("UsageReport", f.source)
	refreshed, edited := f.create("UsageReport", "refreshed", 250, nil), f.create("UsageReport", "edited", 250, nil)
	for _, id := range []usage.ID{refreshed, edited} {
		f.cached(id)
		r.untilWritten(f, []dueReport{{id, now}})
		f.cached(id)
	}
	f.change(edited, func(o v1alpha1.ReportObject) { o.Settings().Top = 7 })
	f.cached(edited)
	f.source.show(refreshed, 500)
	r.Budget = budget.NewWithBurst(100, 3000)
	r.Budget.Ask(now, budget.Write{ID: usage.ID{Name: "greedy"}, Bytes: 3000})
	written := r.untilWritten(f, []dueReport{{refreshed, now}, {edited, now.Add(time.Millisecond)}})
	if !written[edited].Before(written[refreshed]) {
		t.Errorf("the edit was answered after %v, the numbers refreshed after %v", written[edited].Sub(now), written[refreshed].Sub(now))
	}
}

// TestComesAgain: a report that must wait comes again by itself, and its worker
// serves others meanwhile.
func TestComesAgain(t *testing.T) {
	f := newFixture(t)
	f.budget = budget.NewWithBurst(20_000, 3000)
	f.budget.Ask(now, budget.Write{ID: usage.ID{Name: "greedy"}, Bytes: 3000})
	f.start(f.setup)
	var ids []usage.ID
	for i := range 2 * workers {
		ids = append(ids, f.create("UsageReport", fmt.Sprint("patient-", i), 250, nil))
	}
	for _, id := range ids {
		f.eventually("it waits", func() bool { return f.budget.Waited(now.Add(time.Second), id) > 0 })
		f.mustHavePatched(id, 0)
	}
	for _, id := range ids {
		f.eventually("its turn comes", func() bool {
			f.clock.SetTime(f.clock.Now().Add(100 * time.Millisecond))
			return f.patched(id) == 1
		})
		f.ready(id, v1alpha1.ReasonReported)
	}
	f.mustHaveNoErrors()
}

// TestDeletedWhileWaiting: who waits and is deleted keeps nobody waiting.
func TestDeletedWhileWaiting(t *testing.T) {
	f := idle(t)
	f.budget = budget.NewWithBurst(100, 3000)
	r := f.reconciler("UsageReport", f.source)
	f.budget.Ask(now, budget.Write{ID: usage.ID{Name: "greedy"}, Bytes: 3000})
	id := f.create("UsageReport", "brief", 250, nil)
	o := f.cached(id)
	if wait := r.mustReconcile(f, o); wait < time.Second || f.patched(id) > 0 {
		t.Fatalf("it waits %v and has written %d times", wait, f.patched(id))
	}
	if f.budget.Waited(now.Add(time.Second), id) != time.Second {
		t.Error("it has no place in the line")
	}
	if err := f.server.Delete(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	f.eventually("the cache knows that it is gone", func() bool {
		r.mustReconcile(f, o)
		return f.budget.Waited(now.Add(time.Second), id) == 0
	})
}
