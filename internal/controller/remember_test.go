package controller

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// fakeCheckpoints answer what the test puts into them, and keep count.
type fakeCheckpoints struct {
	mu        sync.Mutex
	err       error
	snapshots map[usage.ID]*usage.Snapshot
	calls     map[usage.ID]map[string]int
	listeners map[string]func(usage.ID)
}

var _ Checkpoints = (*fakeCheckpoints)(nil)

func newFakeCheckpoints() *fakeCheckpoints {
	return &fakeCheckpoints{snapshots: map[usage.ID]*usage.Snapshot{}, calls: map[usage.ID]map[string]int{}, listeners: map[string]func(usage.ID){}}
}

// locked gives access to the fields.
func (c *fakeCheckpoints) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *fakeCheckpoints) called(id usage.ID, what string) {
	if c.calls[id] == nil {
		c.calls[id] = map[string]int{}
	}
	c.calls[id][what]++
}

func (c *fakeCheckpoints) count(id usage.ID, what string) (n int) {
	c.locked(func() { n = c.calls[id][what] })
	return n
}

func (c *fakeCheckpoints) Resume(_ context.Context, o keeper.Owner, _ *selection.Plan, _ checkpoint.Hash) (s *usage.Snapshot, err error) {
	c.locked(func() {
		c.called(o.ID, "resumed")
		s, err = c.snapshots[o.ID], c.err
		delete(c.snapshots, o.ID)
	})
	return s, err
}

func (c *fakeCheckpoints) Park(_ context.Context, o keeper.Owner) {
	c.locked(func() { c.called(o.ID, "parked") })
}

func (c *fakeCheckpoints) Forget(id usage.ID) {
	c.locked(func() { c.called(id, "forgotten") })
}

func (c *fakeCheckpoints) OnReload(kind string, f func(usage.ID)) {
	c.locked(func() { c.listeners[kind] = f })
}

// TestRemembering: a report waits for what it remembers, keeps its numbers
// meanwhile, and goes on from it before it is served.
func TestRemembering(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "remembering", 250, nil)
		before := f.ready(id, v1alpha1.ReasonReported)
		served := f.source.looked(id)
		f.checkpoints.locked(func() { f.checkpoints.err = errors.New("the API server is away") })
		f.source.show(id, 300)
		f.change(id, func(o v1alpha1.ReportObject) { o.Settings().Top = 3 })
		waiting := f.ready(id, v1alpha1.ReasonWaitingForCheckpoint)
		if diff := cmp.Diff(numbers(before), numbers(waiting)); diff != "" {
			t.Errorf("%s: the numbers changed (-before +after):\n%s", kind, diff)
		}
		if got := f.source.looked(id); got != served {
			t.Errorf("%s: it was served %d times while it waited", kind, got-served)
		}
		snapshot := &usage.Snapshot{}
		f.checkpoints.locked(func() { f.checkpoints.err, f.checkpoints.snapshots[id] = nil, snapshot })
		if got := usageOf(f.ready(id, v1alpha1.ReasonReported)); got != "300m" {
			t.Errorf("%s: the usage is %s, want 300m", kind, got)
		}
		f.source.locked(func() {
			if got := f.source.restored[id]; len(got) != 1 || got[0] != snapshot {
				t.Errorf("%s: went on from %v", kind, got)
			}
		})
	}
}

// TestResting: what a report remembers is stored before it rests, and deleted with
// it.
func TestResting(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "resting", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		if n := f.checkpoints.count(id, "parked"); n != 0 {
			t.Errorf("%s: parked %d times while it is served", kind, n)
		}
		f.change(id, func(o v1alpha1.ReportObject) { o.Settings().Suspend = true })
		f.ready(id, v1alpha1.ReasonSuspended)
		if f.checkpoints.count(id, "parked") == 0 || f.checkpoints.count(id, "forgotten") != 0 {
			t.Errorf("%s: %v after it was suspended", kind, f.checkpoints.calls[id])
		}
		if err := f.server.Delete(t.Context(), f.get(id)); err != nil {
			t.Fatal(err)
		}
		f.eventually("the checkpoint is forgotten", func() bool { return f.checkpoints.count(id, "forgotten") > 0 })
	}
}

// TestReload: what another operator has written wakes the report.
func TestReload(t *testing.T) {
	f := reconciling(t)
	for _, kind := range kinds {
		id := f.create(kind, "reloaded", 250, nil)
		f.ready(id, v1alpha1.ReasonReported)
		before := f.checkpoints.count(id, "resumed")
		f.checkpoints.locked(func() { f.checkpoints.listeners[kind](id) })
		f.eventually("the report is resumed", func() bool { return f.checkpoints.count(id, "resumed") > before })
	}
	f.mustHaveNoErrors()
}
