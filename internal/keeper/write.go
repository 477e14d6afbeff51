package keeper

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"time"

	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// ErrSuperseded tells that another operator has written a checkpoint: what this one
// has in memory is void. The owner is dropped and begins again.
var ErrSuperseded = errors.New("another operator has written the checkpoint, its owner begins again from that")

var (
	// errAbsent tells that there is nothing to remember, or not yet.
	errAbsent = errors.New("nothing is known of the owner of the checkpoint")
	// errTooLarge tells that what must be stored is beyond the bounds.
	errTooLarge = errors.New("the checkpoint is too large")
)

// isNews tells whether an error of a write is neither normal nor logged already.
func isNews(err error) bool {
	return err != nil && !errors.Is(err, ErrSuperseded) && !errors.Is(err, errAbsent) && !errors.Is(err, errTooLarge)
}

// draft is a checkpoint that is to be written.
type draft struct {
	stored
	// mark is what it tells of.
	mark *mark
}

// write stores what an owner remembers, if that has changed. Where it has to queue
// for the budget, it returns after what time to try again.
func (k *Keeper) write(ctx context.Context, e *entry, queues bool) (wait time.Duration, err error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	now := k.clock.Now()
	x, err := k.compose(e)
	if x == nil {
		if !errors.Is(err, errTooLarge) {
			k.note(func() { e.current = now })
		}
		return 0, err
	}
	w := budget.Write{ID: e.owner.ID, Bytes: len(x.data), Interval: k.interval}
	if !queues {
		k.budget.Take(now, w)
	} else if wait := k.budget.Ask(now, w); wait > 0 {
		return wait, nil
	}
	if err = k.put(ctx, e, x, now); isConflict(err) {
		if err = k.resolve(ctx, e, x); err == nil {
			err = k.put(ctx, e, x, now)
		}
	}
	return 0, err
}

func isConflict(err error) bool { return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) }

// put writes a draft once.
func (k *Keeper) put(ctx context.Context, e *entry, x *draft, now time.Time) error {
	version, err := k.store.put(ctx, &x.stored, now)
	switch {
	case err == nil:
		k.metrics.wrote(len(x.data))
		k.note(func() { e.version, e.holds, e.current, e.unsure = version, x.mark, now, nil })
		return nil
	case isConflict(err):
		return err
	case apierrors.IsNotFound(err): // somebody deleted it: the next one is new
		k.note(func() { e.version = "" })
	}
	k.note(func() { e.unsure = x.data })
	k.metrics.failed(writeFailed)
	return err
}

// compose encodes what an owner remembers. It returns nil where that is stored
// already.
func (k *Keeper) compose(e *entry) (*draft, error) {
	k.mu.Lock()
	x := &draft{stored: stored{owner: e.owner, version: e.version}}
	plan, hash, holds, limit := e.plan, e.hash, e.holds, k.limit(e.owner.Kind)
	k.mu.Unlock()
	s, ok := k.source.Snapshot(e.owner.ID, plan)
	if !ok || s.Total == nil && len(s.Sections) == 0 {
		return nil, errAbsent
	}
	if x.mark = markOf(s, hash); holds != nil && *x.mark == *holds {
		return nil, nil //nolint:nilnil // there is nothing to do, which is no error
	}
	data, omitted, err := checkpoint.Encode(&checkpoint.Content{Owner: e.owner.UID, Hash: hash, Snapshot: s}, limit)
	if err != nil {
		k.metrics.failed(tooLarge)
		k.log.Error(err, "An owner has no checkpoint", "owner", e.owner.ID)
		return nil, errors.Join(errTooLarge, err)
	}
	if omitted > 0 {
		k.log.V(1).Info("Not all rows fit into a checkpoint", "owner", e.owner.ID, "omitted", omitted)
	}
	x.data = data
	return x, nil
}

// limit is what a checkpoint of a kind may take: its share of all.
func (k *Keeper) limit(kind string) int {
	most := maxTotal / max(len(k.entries), 1)
	for i := range k.kinds {
		if k.kinds[i].Name == kind {
			most = min(most, k.kinds[i].MaxBytes)
		}
	}
	return most
}

// resolve deals with a conflict. Either an earlier write of this keeper went
// through although it failed, or somebody deleted it: then the draft takes its
// place. Or somebody else wrote: then the owner begins again.
func (k *Keeper) resolve(ctx context.Context, e *entry, x *draft) error {
	found, err := k.store.get(ctx, e.owner.UID)
	if err != nil {
		return err
	}
	if found == nil || e.unsure != nil && bytes.Equal(found.data, e.unsure) {
		x.version = ""
		if found != nil {
			x.version = found.version
		}
		return nil
	}
	k.supersede(e)
	return ErrSuperseded
}

func (k *Keeper) supersede(e *entry) {
	id := e.owner.ID
	k.mu.Lock()
	if k.entries[id] == e {
		delete(k.entries, id)
	}
	listener := k.listeners[id.Kind]
	k.mu.Unlock()
	k.metrics.failed(conflict)
	k.log.Info("Another operator has written a checkpoint: its owner begins again from that", "owner", id)
	k.source.Drop(id)
	if listener != nil {
		listener(id)
	}
}

func (k *Keeper) note(change func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
}

// nextSlot returns the first slot of an owner after now. Its slots are an interval
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
