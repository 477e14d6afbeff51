package keeper

import (
	"context"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
)

func budgetOf(bytesPerSecond, burst int) *budget.Budget {
	return budget.NewWithBurst(bytesPerSecond, burst)
}

// TestGracefulStop writes everything at once.
func TestGracefulStop(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	o.budget = budgetOf(1, 1)
	var reports []*v1alpha1.UsageReport
	for i := range 20 {
		r := f.report(fmt.Sprint("web-", i))
		o.serve(r)
		reports = append(reports, r)
	}
	o.tick()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Start(ctx) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, r := range reports {
		if f.stored(r) == nil {
			t.Errorf("%s is not stored", r.Name)
		}
	}
}

// TestSweep deletes what has lost its report while the operator was down, and
// nothing else.
func TestSweep(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	kept, gone, again := f.report("kept"), f.report("gone"), f.report("again")
	for _, r := range []*v1alpha1.UsageReport{kept, gone, again} {
		o.serve(r)
	}
	o.tick()
	o.interval()
	for _, r := range []*v1alpha1.UsageReport{gone, again} {
		if err := f.server.Delete(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	f.report("again") // which is another one

	after := f.operator(interceptor.Funcs{})
	if err := after.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.stored(kept) == nil || f.stored(gone) != nil || f.stored(again) != nil {
		t.Errorf("stored are kept %t, gone %t, again %t", f.stored(kept) != nil, f.stored(gone) != nil, f.stored(again) != nil)
	}
}

// none is a cache that has heard of nothing.
type none struct{ client.Reader }

func (none) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }

// TestSweepAsks: what the cache does not know may be new.
func TestSweepAsks(t *testing.T) {
	f := newFixture(t)
	r := f.report("new")
	o := f.operator(interceptor.Funcs{})
	o.serve(r)
	o.tick()
	o.interval()
	o.owners = none{}
	if err := o.sweep(t.Context()); err != nil || f.stored(r) == nil {
		t.Errorf("stored: %t, %v", f.stored(r) != nil, err)
	}
}

// TestSweepWithinNamespaces: an operator that sees only some asks for no owner outside
// of them, and leaves their checkpoints alone.
func TestSweepWithinNamespaces(t *testing.T) {
	f := newFixture(t)
	gone := f.report("gone")
	o := f.operator(interceptor.Funcs{})
	o.serve(gone)
	o.tick()
	o.interval()
	if err := f.server.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	after := f.operator(interceptor.Funcs{})
	after.namespaces = []string{"elsewhere"}
	if err := after.sweep(t.Context()); err != nil || f.stored(gone) == nil {
		t.Errorf("the checkpoint of a namespace that is not seen is stored: %t, %v", f.stored(gone) != nil, err)
	}
	after.namespaces = []string{f.namespace}
	if err := after.sweep(t.Context()); err != nil || f.stored(gone) != nil {
		t.Errorf("the checkpoint without a report is stored: %t, %v", f.stored(gone) != nil, err)
	}
}

// TestSweepReadsNoData: names are all that is listed.
func TestSweepReadsNoData(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
		if _, ok := list.(*metav1.PartialObjectMetadataList); !ok {
			t.Errorf("a %T is listed", list)
		}
		return c.List(ctx, list, opts...)
	}})
	if err := o.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestSlots: checkpoints of one interval are spread over it.
func TestSlots(t *testing.T) {
	const n = 1000
	var seconds [10]int
	for i := range n {
		slot := nextSlot(fmt.Sprintf("0b8f6c1e-3c8e-4b4f-9a7b-%012d", i), 10*time.Second, start)
		if !slot.After(start) || slot.After(start.Add(10*time.Second)) {
			t.Fatalf("the slot after %s is %s", start, slot)
		}
		seconds[slot.Sub(start)%(10*time.Second)/time.Second]++
	}
	for second, count := range seconds {
		if count < n/20 || count > n/5 {
			t.Errorf("%d of %d fall into second %d", count, n, second)
		}
	}
}

// TestSlotsOfASetClock: a slot is as far away after the clock was set as before.
func TestSlotsOfASetClock(t *testing.T) {
	if next := nextSlot("a", time.Minute, time.Now()); next == next.Round(0) {
		t.Errorf("the slot %v has no reading of the monotonic clock", next)
	}
}
