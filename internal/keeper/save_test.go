package keeper

import (
	"context"
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// alarmed is a source of alerts alone, as a threshold without a window is.
type alarmed struct {
	alerts   string
	revision uint64
	dropped  int
	// during is called while what is in memory is dropped, if it is set.
	during func()
}

func (a *alarmed) Snapshot(usage.ID, *selection.Plan) (*usage.Snapshot, bool) {
	return &usage.Snapshot{Time: start, Sections: map[string][]byte{"alerts": []byte(a.alerts)}, Revision: a.revision}, a.alerts != ""
}

func (a *alarmed) Drop(usage.ID) {
	if a.dropped++; a.during != nil {
		a.during()
	}
}

// resumed is what an owner remembers.
func (o *operator) resumed(owner Owner) *usage.Snapshot {
	o.Helper()
	s, err := o.Resume(o.Context(), owner, nil, checkpoint.Hash{})
	if err != nil {
		o.Fatal(err)
	}
	return s
}

// TestSave stores at once what has changed, although nothing was summed up and the
// budget is spent.
func TestSave(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	source := &alarmed{alerts: "one fires"}
	o := f.operator(interceptor.Funcs{})
	o.source, o.budget = source, budgetOf(1, 1)
	if err := o.Save(t.Context(), idOf(r)); err == nil || f.stored(r) != nil {
		t.Errorf("saved before it was resumed: %v", err)
	}
	o.resumed(ownedBy(r))
	save := func() (version string) {
		t.Helper()
		if err := o.Save(t.Context(), idOf(r)); err != nil {
			t.Fatal(err)
		}
		return f.stored(r).ResourceVersion
	}
	first := save()
	if save() != first {
		t.Error("stored again without news")
	}
	source.alerts, source.revision = "two fire", 1
	if save() == first {
		t.Error("another revision is not stored")
	}
	s := f.operator(interceptor.Funcs{}).resumed(ownedBy(r))
	if s == nil || s.Total != nil || string(s.Sections["alerts"]) != "two fire" || !s.Time.Equal(start) {
		t.Errorf("stored is %+v", s)
	}
	source.alerts = ""
	if err := o.Save(t.Context(), idOf(r)); err == nil {
		t.Error("saved where there is nothing")
	}
}

// TestSaveTakesFromTheBudget: what does not wait makes others wait.
func TestSaveTakesFromTheBudget(t *testing.T) {
	f := newFixture(t)
	r, other := f.report("web"), f.report("other")
	o := f.operator(interceptor.Funcs{})
	o.budget = budgetOf(1, 1)
	o.serve(r)
	o.serve(other)
	o.tick()
	if err := o.Save(t.Context(), idOf(r)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if wait, err := o.write(t.Context(), o.entry(idOf(other)), true); err != nil || wait == 0 {
			t.Errorf("the next waits for %s: %v", wait, err)
		}
	}
}

// TestSaveSuperseded: who has missed that another leads acts on nothing.
func TestSaveSuperseded(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	a, b := f.operator(interceptor.Funcs{}), f.operator(interceptor.Funcs{})
	mine := &alarmed{alerts: "mine"}
	a.source, b.source = mine, &alarmed{alerts: "theirs"}
	a.resumed(ownedBy(r))
	b.resumed(ownedBy(r))
	if err := b.Save(t.Context(), idOf(r)); err != nil {
		t.Fatal(err)
	}
	if err := a.Save(t.Context(), idOf(r)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("the error is %v, want %v", err, ErrSuperseded)
	}
	if mine.dropped != 1 || len(a.reloaded) != 1 {
		t.Errorf("dropped %d times, reloaded %v", mine.dropped, a.reloaded)
	}
	a.mustHaveFailed(conflict, 1)
	if s := a.resumed(ownedBy(r)); string(s.Sections["alerts"]) != "theirs" {
		t.Errorf("went on from %s", s.Sections)
	}
}

// TestNobodyGoesOnWhileDropped: what is read while the rest is dropped would be dropped
// with it. A write that comes late drops nothing once more.
func TestNobodyGoesOnWhileDropped(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	a, b := f.operator(interceptor.Funcs{}), f.operator(interceptor.Funcs{})
	mine := &alarmed{alerts: "mine"}
	a.source, b.source = mine, &alarmed{alerts: "theirs"}
	a.resumed(ownedBy(r))
	b.resumed(ownedBy(r))
	if err := b.Save(t.Context(), idOf(r)); err != nil {
		t.Fatal(err)
	}
	mine.during = func() {
		if s, err := a.Resume(t.Context(), ownedBy(r), nil, checkpoint.Hash{}); err == nil {
			t.Errorf("it goes on from %+v while it is dropped", s)
		}
	}
	late := a.entry(idOf(r))
	for range 2 {
		if _, err := a.write(t.Context(), late, false); !errors.Is(err, ErrSuperseded) {
			t.Errorf("the error is %v, want %v", err, ErrSuperseded)
		}
	}
	if s := a.resumed(ownedBy(r)); mine.dropped != 1 || s == nil || string(s.Sections["alerts"]) != "theirs" {
		t.Errorf("dropped %d times, went on from %+v", mine.dropped, s)
	}
}

// TestSaveFails: an error is not swallowed, and what was sent is stored later.
func TestSaveFails(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	away := errors.New("the API server is away")
	o := f.operator(interceptor.Funcs{Create: func(ctx context.Context, c client.WithWatch, x client.Object, opts ...client.CreateOption) error {
		if away != nil {
			return away
		}
		return c.Create(ctx, x, opts...)
	}})
	source := &alarmed{alerts: string(noise(3<<20, 0))}
	o.source = source
	o.resumed(ownedBy(r))
	if err := o.Save(t.Context(), idOf(r)); !errors.Is(err, errTooLarge) {
		t.Errorf("the error is %v, want %v", err, errTooLarge)
	}
	source.alerts = "one fires"
	if err := o.Save(t.Context(), idOf(r)); !errors.Is(err, away) {
		t.Errorf("the error is %v, want %v", err, away)
	}
	away = nil
	if err := o.Save(t.Context(), idOf(r)); err != nil || f.stored(r) == nil {
		t.Errorf("not stored: %v", err)
	}
}
