package keeper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestKill: what was written once in an interval is there after a kill, and the
// next operator writes on.
func TestKill(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	a := f.operator(interceptor.Funcs{})
	if a.serve(r) {
		t.Error("a new report goes on from something")
	}
	a.tick()
	a.tick()
	a.interval()
	c := f.stored(r)
	if c == nil || c.Labels[v1alpha1.OwnerUIDLabel] != string(r.UID) || c.Owner.Name != "web" || c.Owner.Namespace != f.namespace || c.Version != 1 {
		t.Fatalf("stored is %+v", c)
	}
	if got := a.metric("checkpoint_written_bytes_total"); got == 0 {
		t.Error("no bytes are counted")
	}
	written := a.observed(r)
	a.tick() // which is lost

	b := f.operator(interceptor.Funcs{})
	if !b.serve(r) {
		t.Fatal("the report does not go on")
	}
	b.engine.Sum(f.clock.Now())
	if got := b.observed(r); got != written {
		t.Errorf("observed for %s, stored were %s", got, written)
	}
	b.tick()
	b.interval()
	if f.stored(r).ResourceVersion == c.ResourceVersion {
		t.Error("the second operator does not write")
	}
}

// TestNothingNew: what has not changed is not written, and not old.
func TestNothingNew(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	o := f.operator(interceptor.Funcs{})
	o.serve(r)
	o.interval()
	if f.stored(r) != nil {
		t.Error("nothing was written")
	}
	o.tick()
	o.interval()
	before := f.stored(r).ResourceVersion
	o.interval()
	if f.stored(r).ResourceVersion != before {
		t.Error("written again without news")
	}
	if age := o.metric("checkpoint_oldest_age_seconds"); age != 0 {
		t.Errorf("the checkpoint is %v seconds behind", age)
	}
	o.tick()
	f.clock.Step(time.Minute)
	if age := o.metric("checkpoint_oldest_age_seconds"); age != 75 {
		t.Errorf("the checkpoint is %v seconds behind, want 75", age)
	}
}

// TestConflict: where another operator has written, this one begins again from
// that, and overwrites nothing.
func TestConflict(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	a, b := f.operator(interceptor.Funcs{}), f.operator(interceptor.Funcs{})
	a.serve(r)
	a.tick()
	a.interval()
	b.serve(r)
	b.tick()
	b.interval()
	a.tick()
	theirs := f.stored(r)
	a.interval()
	if f.stored(r).ResourceVersion != theirs.ResourceVersion {
		t.Fatal("the other's checkpoint was overwritten")
	}
	if _, served := a.engine.View(idOf(r)); served || len(a.reloaded) != 1 || a.reloaded[0] != idOf(r) {
		t.Errorf("served still: %t, reloaded %v", served, a.reloaded)
	}
	a.mustHaveFailed(conflict, 1)
	if !a.serve(r) {
		t.Error("the report does not go on")
	}
	a.tick()
	a.interval()
	if f.stored(r).ResourceVersion == theirs.ResourceVersion {
		t.Error("after that it does not write")
	}
}

// TestLostAnswer: a write that went through although it failed is no conflict.
func TestLostAnswer(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	lost := true
	o := f.operator(interceptor.Funcs{Create: func(ctx context.Context, c client.WithWatch, x client.Object, opts ...client.CreateOption) error {
		err := c.Create(ctx, x, opts...)
		if lost {
			lost = false
			return errors.New("the answer was lost")
		}
		return err
	}})
	o.serve(r)
	o.tick()
	o.interval()
	o.mustHaveFailed(writeFailed, 1)
	before := f.stored(r)
	o.tick()
	o.interval() // learns that it is there, and writes in its place
	if len(o.reloaded) > 0 || f.stored(r).ResourceVersion == before.ResourceVersion {
		t.Errorf("reloaded %v, or not written", o.reloaded)
	}
	o.mustHaveFailed(conflict, 0)
}

// TestDeletedByHand: it is written anew.
func TestDeletedByHand(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	o := f.operator(interceptor.Funcs{})
	o.serve(r)
	o.tick()
	o.interval()
	if err := f.server.Delete(t.Context(), f.stored(r)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first of them learns of it
		o.tick()
		o.interval()
	}
	if f.stored(r) == nil || len(o.reloaded) > 0 {
		t.Errorf("not written anew; reloaded %v", o.reloaded)
	}
}

// TestTampered: what is of no use is counted and left aside, and the report starts
// anew.
func TestTampered(t *testing.T) {
	f := newFixture(t)
	donor := f.report("donor")
	a := f.operator(interceptor.Funcs{})
	a.serve(donor)
	a.tick()
	a.interval()
	foreign := f.stored(donor).Data
	for reason, data := range map[string]string{"Corrupt": "AAAA" + foreign[4:], "ForeignOwner": foreign} {
		r := f.report("of-" + map[string]string{"Corrupt": "broken", "ForeignOwner": "another"}[reason])
		a.serve(r)
		a.tick()
		a.interval()
		c := f.stored(r)
		c.Data = data
		if err := f.server.Update(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		b := f.operator(interceptor.Funcs{})
		if b.serve(r) {
			t.Errorf("%s: the report went on from it", reason)
		}
		b.mustHaveFailed(reason, 1)
		b.tick()
		b.interval()
		if f.stored(r).Data == data {
			t.Errorf("%s: it is not replaced", reason)
		}
	}
}

// TestSpecChanged: another selection starts anew, also while the operator was away.
func TestSpecChanged(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	a := f.operator(interceptor.Funcs{})
	a.serve(r)
	a.tick()
	a.interval()
	r.Spec.GroupBy = nil
	b := f.operator(interceptor.Funcs{})
	if b.serve(r) {
		t.Error("went on with other rows")
	}
	b.mustHaveFailed("SpecChanged", 0)
	// In the running operator, what is stored next is of the new selection.
	a.serve(r)
	a.tick()
	a.interval()
	c := f.operator(interceptor.Funcs{})
	if !c.serve(r) {
		t.Error("what was stored is of the former selection")
	}
}

// TestSuspended: a report that rests keeps its checkpoint and goes on from it.
func TestSuspended(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	o := f.operator(interceptor.Funcs{})
	o.serve(r)
	o.tick()
	o.Park(t.Context(), ownedBy(r))
	o.Drop(idOf(r))
	stored := f.stored(r)
	if stored == nil {
		t.Fatal("nothing is stored when it begins to rest")
	}
	o.Park(t.Context(), ownedBy(r))
	o.interval()
	if f.stored(r).ResourceVersion != stored.ResourceVersion {
		t.Error("written while it rests")
	}
	if !o.serve(r) {
		t.Error("it does not go on")
	}
	// Deleted while it rests, by an operator that knows it resting only.
	b := f.operator(interceptor.Funcs{})
	b.Park(t.Context(), ownedBy(r))
	b.Forget(idOf(r))
	b.interval()
	if f.stored(r) != nil {
		t.Error("not deleted")
	}
}

// TestDeleted: a checkpoint goes with its report, also where another report takes
// the name.
func TestDeleted(t *testing.T) {
	f := newFixture(t)
	failing := true
	o := f.operator(interceptor.Funcs{Delete: func(ctx context.Context, c client.WithWatch, x client.Object, opts ...client.DeleteOption) error {
		if failing {
			failing = false
			return errors.New("try again")
		}
		return c.Delete(ctx, x, opts...)
	}})
	first := f.report("web")
	o.serve(first)
	o.tick()
	o.interval()
	if err := f.server.Delete(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := f.report("web")
	if o.Drop(idOf(second)); o.serve(second) {
		t.Error("another report went on from it")
	}
	o.tick()
	o.interval()
	if o.interval(); f.stored(first) != nil || f.stored(second) == nil {
		t.Errorf("stored are %v and %v, want the second", f.stored(first), f.stored(second))
	}
	o.mustHaveFailed(deleteFailed, 1)
	o.Forget(idOf(second))
	o.interval()
	if f.stored(second) != nil {
		t.Error("not deleted")
	}
}

// TestUnreadable: a report waits while its checkpoint cannot be read.
func TestUnreadable(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	o := f.operator(interceptor.Funcs{Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
		return errors.New("the API server is away")
	}})
	plan, err := selection.Compile(r.Namespace, r.SelectionSpec())
	if err != nil {
		t.Fatal(err)
	}
	if s, err := o.Resume(t.Context(), ownedBy(r), plan, checkpoint.Hash{}); err == nil || s != nil {
		t.Errorf("resumed with %v, %v", s, err)
	}
	o.mustHaveFailed(readFailed, 1)
}

// TestBudget: what does not fit into the budget waits for its turn.
func TestBudget(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	o.budget = budgetOf(2, 500)
	var reports []*v1alpha1.UsageReport
	for i := range 6 {
		r := f.report(fmt.Sprint("web-", i))
		o.serve(r)
		reports = append(reports, r)
	}
	o.tick()
	written := func() (n int) {
		for _, r := range reports {
			if f.stored(r) != nil {
				n++
			}
		}
		return n
	}
	o.interval()
	if n := written(); n == 0 || n == 6 {
		t.Errorf("%d of 6 were written at once", n)
	}
	for range 4 {
		o.interval()
	}
	if n := written(); n != 6 {
		t.Errorf("%d of 6 were written at last", n)
	}
}

// oversized is a source of what no checkpoint can hold.
type oversized struct{ *operator }

func (o oversized) Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool) {
	s, ok := o.operator.Snapshot(id, plan)
	s.Sections = map[string][]byte{"history": noise(3<<20, 0)}
	return s, ok
}

// noise cannot be compressed.
func noise(size int, seed byte) []byte {
	data := make([]byte, size)
	random := rand.NewChaCha8([32]byte{seed})
	random.Read(data) //nolint:errcheck // it never fails
	return data
}

func TestTooLarge(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	o := f.operator(interceptor.Funcs{})
	o.source = oversized{o}
	o.serve(r)
	o.tick()
	o.interval()
	o.mustHaveFailed(tooLarge, 1)
	if f.stored(r) != nil {
		t.Error("it is stored")
	}
}
