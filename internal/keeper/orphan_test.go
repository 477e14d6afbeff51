package keeper

import (
	"context"
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestOrphan: what lost its owner is shown before it goes, and stays while nobody
// could act on it.
func TestOrphan(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	gone, other := f.report("gone"), f.report("other")
	for _, r := range []*v1alpha1.UsageReport{gone, other} {
		o.serve(r)
		o.tick()
		o.interval()
		if err := f.server.Delete(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	after := f.operator(interceptor.Funcs{})
	var seen []Owner
	away := errors.New("no Event could be written")
	after.OnOrphan("UsageReport", func(_ context.Context, owner Owner, s *usage.Snapshot) error {
		if owner == ownedBy(other) {
			return nil
		}
		if seen = append(seen, owner); len(s.Rows) != 1 {
			t.Errorf("it remembered %+v", s)
		}
		return away
	})
	if err := after.sweep(t.Context()); !errors.Is(err, away) || f.stored(gone) == nil || f.stored(other) != nil {
		t.Errorf("swept with %v; stored are gone %t, other %t", err, f.stored(gone) != nil, f.stored(other) != nil)
	}
	away = nil
	if err := after.sweep(t.Context()); err != nil || f.stored(gone) != nil {
		t.Errorf("swept with %v; stored: %t", err, f.stored(gone) != nil)
	}
	if len(seen) != 2 || seen[0] != ownedBy(gone) || seen[1] != ownedBy(gone) {
		t.Errorf("shown were %v", seen)
	}
}

// TestReplacedOwner: one whose name another took is an orphan too; one that was let
// go is not.
func TestReplacedOwner(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	var seen []Owner
	o.OnOrphan("UsageReport", func(_ context.Context, owner Owner, _ *usage.Snapshot) error {
		seen = append(seen, owner)
		return nil
	})
	first := f.report("web")
	o.serve(first)
	o.tick()
	o.interval()
	if err := f.server.Delete(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := f.report("web")
	o.Drop(idOf(second))
	o.serve(second)
	o.tick()
	o.interval()
	o.Forget(idOf(second))
	o.interval()
	if len(seen) != 1 || seen[0] != ownedBy(first) || f.stored(first) != nil || f.stored(second) != nil {
		t.Errorf("shown were %v; stored are %v and %v", seen, f.stored(first), f.stored(second))
	}
}

// TestUnreadableOrphan: nobody can act on it, so it goes.
func TestUnreadableOrphan(t *testing.T) {
	f := newFixture(t)
	o := f.operator(interceptor.Funcs{})
	o.OnOrphan("UsageReport", func(context.Context, Owner, *usage.Snapshot) error { return errors.New("shown") })
	r := f.report("web")
	o.serve(r)
	o.tick()
	o.interval()
	c := f.stored(r)
	c.Data = "AAAA"
	if err := f.server.Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := f.server.Delete(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := o.sweep(t.Context()); err != nil || f.stored(r) != nil {
		t.Errorf("stored: %t, %v", f.stored(r) != nil, err)
	}
}
