package keeper

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// lasting is 8 KiB that never change.
var lasting = string(noise(8<<10, 0))

// change remembers something else beside what lasts, of so many bytes.
func (a *alarmed) change(what string, size int) {
	a.revision++
	a.alerts = lasting + what + string(noise(size, byte(a.revision)))
}

// objects are the names of all that is stored of a report: the checkpoint first.
func (f *fixture) objects(r *v1alpha1.UsageReport) (names []string) {
	f.Helper()
	list := &v1alpha1.UsageCheckpointList{}
	if err := f.server.List(f.Context(), list, client.InNamespace(f.namespace), client.MatchingLabels{v1alpha1.OwnerUIDLabel: string(r.UID)}); err != nil {
		f.Fatal(err)
	}
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

// mustRemember starts another operator, which goes on from what is stored.
func (f *fixture) mustRemember(r *v1alpha1.UsageReport, a *alarmed) {
	f.Helper()
	s := f.operator(interceptor.Funcs{}).resumed(ownedBy(r))
	if s == nil || string(s.Sections["alerts"]) != a.alerts {
		f.Errorf("something else is stored, or nothing: %t", s != nil)
	}
}

func (o *operator) mustSave(r *v1alpha1.UsageReport) (bytes int) {
	o.Helper()
	before := o.metric("checkpoint_written_bytes_total")
	if err := o.Save(o.Context(), idOf(r)); err != nil {
		o.Fatal(err)
	}
	return int(o.metric("checkpoint_written_bytes_total") - before)
}

// TestWrittenOnce: what lasts is written once, until what changed since has cost as
// much.
func TestWrittenOnce(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	source := &alarmed{}
	o := f.operator(interceptor.Funcs{})
	o.source = source
	o.resumed(ownedBy(r))
	source.change("first", 0)
	if n := o.mustSave(r); n < len(lasting) {
		t.Errorf("%d bytes are written at first", n)
	}
	bases := map[string]bool{}
	for i := range 20 {
		source.change(fmt.Sprint("change ", i), 200*i)
		n := o.mustSave(r)
		objects := f.objects(r)
		if len(objects) != 2 || objects[0] != string(r.UID) || f.stored(r).Annotations[v1alpha1.BaseAnnotation] != objects[1] {
			t.Fatalf("there are %v", objects)
		}
		if isNew := !bases[objects[1]]; i > 0 && isNew != (n > len(lasting)) {
			t.Errorf("%d bytes are written; another base: %t", n, isNew)
		}
		bases[objects[1]] = true
		f.mustRemember(r, source)
	}
	if len(bases) < 2 || len(bases) > 5 {
		t.Errorf("there were %d bases", len(bases))
	}
	o.Forget(idOf(r))
	if o.interval(); len(f.objects(r)) > 0 {
		t.Errorf("left are %v", f.objects(r))
	}
}

// TestDeathBetweenWrites: a base without what refers to it changes nothing, and goes
// once it is old.
func TestDeathBetweenWrites(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	before, after := &alarmed{}, &alarmed{}
	a := f.operator(interceptor.Funcs{})
	a.source = before
	a.resumed(ownedBy(r))
	before.change("before", 0)
	a.mustSave(r)

	dead := errors.New("killed")
	b := f.operator(interceptor.Funcs{Update: func(context.Context, client.WithWatch, client.Object, ...client.UpdateOption) error { return dead }})
	b.source = after
	b.resumed(ownedBy(r))
	after.change("after", 0)
	if err := b.Save(t.Context(), idOf(r)); !errors.Is(err, dead) || len(f.objects(r)) != 3 {
		t.Fatalf("saved with %v; there are %v", err, f.objects(r))
	}
	f.mustRemember(r, before)
	c := f.operator(interceptor.Funcs{})
	f.clock.SetTime(time.Now())
	if err := c.sweep(t.Context()); err != nil || len(f.objects(r)) != 3 {
		t.Errorf("swept with %v; there are %v", err, f.objects(r))
	}
	f.clock.SetTime(time.Now().Add(2 * sweepInterval))
	if err := c.sweep(t.Context()); err != nil || len(f.objects(r)) != 2 {
		t.Errorf("swept with %v; there are %v", err, f.objects(r))
	}
	f.mustRemember(r, before)
}

// TestLostBase: without its base a checkpoint is corrupt, and the next one is not.
func TestLostBase(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	source := &alarmed{}
	a := f.operator(interceptor.Funcs{})
	a.source = source
	a.resumed(ownedBy(r))
	source.change("something", 0)
	a.mustSave(r)
	base := &v1alpha1.UsageCheckpoint{}
	base.Namespace, base.Name = f.namespace, f.objects(r)[1]
	if err := f.server.Delete(t.Context(), base); err != nil {
		t.Fatal(err)
	}
	b := f.operator(interceptor.Funcs{})
	b.source = source
	if s := b.resumed(ownedBy(r)); s != nil {
		t.Errorf("it remembers %+v", s)
	}
	b.mustHaveFailed("Corrupt", 1)
	b.mustSave(r)
	f.mustRemember(r, source)
}

// TestSupersededLeavesNoBase: who writes too late takes away what it wrote, and
// nothing else.
func TestSupersededLeavesNoBase(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	mine, theirs := &alarmed{}, &alarmed{}
	a, b := f.operator(interceptor.Funcs{}), f.operator(interceptor.Funcs{})
	a.source, b.source = mine, theirs
	a.resumed(ownedBy(r))
	b.resumed(ownedBy(r))
	theirs.change("theirs", 0)
	b.mustSave(r)
	mine.change("mine", 0)
	if err := a.Save(t.Context(), idOf(r)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("the error is %v", err)
	}
	if got := f.objects(r); len(got) != 2 {
		t.Errorf("there are %s", strings.Join(got, ", "))
	}
	f.mustRemember(r, theirs)
}

// TestReplacedWhileRead: a base that goes while it is asked for has a successor.
func TestReplacedWhileRead(t *testing.T) {
	f := newFixture(t)
	r := f.report("web")
	source := &alarmed{}
	a := f.operator(interceptor.Funcs{})
	a.source = source
	a.resumed(ownedBy(r))
	source.change("before", 0)
	a.mustSave(r)
	b := f.operator(interceptor.Funcs{Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if key.Name == f.objects(r)[1] && source.revision == 1 {
			source.change("after", 0)
			a.entry(idOf(r)).base = nil
			a.mustSave(r)
		}
		return c.Get(ctx, key, o, opts...)
	}})
	if s := b.resumed(ownedBy(r)); s == nil || string(s.Sections["alerts"]) != source.alerts || source.revision != 2 {
		t.Errorf("after %d writes it remembers something else, or nothing: %t", source.revision, s != nil)
	}
}
