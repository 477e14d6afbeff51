package keeper

import (
	"bytes"
	"context"
	"hash/fnv"
	"time"

	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/usage"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// write stores what a report remembers, if that has changed. Where it has to queue
// for the budget, it returns after what time to try again.
func (k *Keeper) write(ctx context.Context, id usage.ID, e *entry, queues bool) (wait time.Duration, err error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	now := k.clock.Now()
	x, next, ok := k.compose(id, e)
	if !ok {
		k.note(func() { e.current = now })
		return 0, nil
	}
	if x.data == nil {
		return 0, nil // it failed, and was told
	}
	if queues {
		if wait := k.budget.Ask(now, budget.Write{ID: id, Bytes: len(x.data), Interval: k.interval}); wait > 0 {
			return wait, nil
		}
	}
	version, err := k.store.put(ctx, x, now)
	switch {
	case err == nil:
		k.metrics.wrote(len(x.data))
		k.note(func() { e.version, e.holds, e.current, e.unsure = version, next, now, nil })
		return 0, nil
	case apierrors.IsConflict(err), apierrors.IsAlreadyExists(err):
		return 0, k.resolve(ctx, id, e)
	case apierrors.IsNotFound(err): // somebody deleted it: the next one is new
		k.note(func() { e.version = "" })
	}
	k.note(func() { e.unsure = x.data })
	k.metrics.failed(writeFailed)
	return 0, err
}

// compose encodes what a report remembers. It tells false where nothing has to be
// written.
func (k *Keeper) compose(id usage.ID, e *entry) (x *stored, next mark, ok bool) {
	k.mu.Lock()
	x = &stored{owner: e.owner, version: e.version}
	plan, hash, holds, limit := e.plan, e.hash, e.holds, min(checkpoint.MaxBytes, maxTotal/max(len(k.entries), 1))
	k.mu.Unlock()
	s, ok := k.source.Snapshot(id, plan)
	if !ok || s.Total == nil {
		return nil, next, false
	}
	next = mark{hash: hash, until: s.Total.Until.Unix()}
	if next == holds {
		return nil, next, false
	}
	data, omitted, err := checkpoint.Encode(&checkpoint.Content{Owner: e.owner.UID, Hash: hash, Snapshot: s}, limit)
	if err != nil {
		k.metrics.failed(tooLarge)
		k.log.Error(err, "A report has no checkpoint", "report", id)
		return x, next, true
	}
	if omitted > 0 {
		k.log.V(1).Info("Not all rows fit into a checkpoint", "report", id, "omitted", omitted)
	}
	x.data = data
	return x, next, true
}

// resolve deals with a conflict. Either an earlier write of this keeper went
// through although it failed, or somebody else wrote: then the report begins
// again.
func (k *Keeper) resolve(ctx context.Context, id usage.ID, e *entry) error {
	x, err := k.store.get(ctx, e.owner.UID)
	if err != nil {
		return err
	}
	k.mu.Lock()
	if x == nil || e.unsure != nil && bytes.Equal(x.data, e.unsure) {
		e.version, e.unsure = "", nil
		if x != nil {
			e.version = x.version
		}
		k.mu.Unlock()
		return nil
	}
	if k.entries[id] == e {
		delete(k.entries, id)
	}
	listener := k.listeners[id.Kind]
	k.mu.Unlock()
	k.metrics.failed(conflict)
	k.log.Info("Another operator has written a checkpoint: its report begins again from that", "report", id)
	k.source.Drop(id)
	if listener != nil {
		listener(id)
	}
	return nil
}

func (k *Keeper) note(change func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
}

// nextSlot returns the first slot of a report after now. Its slots are an interval
// apart, at an offset that its UID decides.
func nextSlot(uid string, interval time.Duration, now time.Time) time.Time {
	h := fnv.New64a()
	h.Write([]byte(uid))
	slot := now.Truncate(interval).Add(time.Duration(h.Sum64() % uint64(interval)))
	if !slot.After(now) {
		slot = slot.Add(interval)
	}
	return slot
}
