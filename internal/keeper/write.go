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
	// errVoid tells that an owner must be dropped before it begins again.
	errVoid = errors.New("what the owner has in memory is being dropped, since another operator has written its checkpoint")
	// errTooLarge tells that what must be stored is beyond the bounds.
	errTooLarge = errors.New("the checkpoint is too large")
)

// isNews tells whether an error of a write is neither normal nor logged already.
func isNews(err error) bool {
	return err != nil && !errors.Is(err, ErrSuperseded) && !errors.Is(err, errAbsent) && !errors.Is(err, errTooLarge)
}

// write stores what an owner remembers, if that has changed. Where it has to queue
// for the budget, it returns after what time to try again.
func (k *Keeper) write(ctx context.Context, e *entry, queues bool) (wait time.Duration, err error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	if k.isVoid(e) {
		return 0, ErrSuperseded
	}
	now := k.clock.Now()
	x, err := k.compose(e)
	if x == nil {
		if !errors.Is(err, errTooLarge) {
			k.note(func() { e.current = now })
		}
		return 0, err
	}
	w := budget.Write{ID: e.owner.ID, Bytes: x.size(), Interval: k.interval}
	if !queues {
		k.budget.Take(now, w)
	} else if wait := k.budget.Ask(now, w); wait > 0 {
		return wait, nil
	}
	return 0, k.put(ctx, e, x, now)
}

// put writes a draft, the base first: until what refers to it is there, all that was
// stored before is.
func (k *Keeper) put(ctx context.Context, e *entry, x *draft, now time.Time) (err error) {
	if x.baseData != nil {
		if x.base, err = k.store.putBase(ctx, &x.owner, x.baseData, now); err != nil {
			k.metrics.failed(writeFailed)
			return err
		}
	}
	before := e.baseName
	if err = k.putHead(ctx, e, x, now); isConflict(err) {
		if err = k.resolve(ctx, e, x); err == nil {
			err = k.putHead(ctx, e, x, now)
		}
	}
	switch {
	case err == nil && before != x.base:
		k.discard(ctx, before)
	case x.baseData != nil && (isConflict(err) || errors.Is(err, ErrSuperseded)):
		k.discard(ctx, x.base)
	}
	return err
}

// putHead writes once what refers to the base.
func (k *Keeper) putHead(ctx context.Context, e *entry, x *draft, now time.Time) error {
	version, err := k.store.put(ctx, &x.stored, now)
	switch {
	case err == nil:
		k.metrics.wrote(x.size())
		k.tell(e, x.omitted)
		k.note(func() {
			e.version, e.holds, e.current, e.unsure, e.size, e.omitted = version, x.mark, now, nil, x.takes(), x.omitted
		})
		e.accept(x)
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

// tell logs when something begins to be left out, not each time.
func (k *Keeper) tell(e *entry, o checkpoint.Omitted) {
	if (o.Accounts > 0 && e.omitted.Accounts == 0) || (o.Rows > 0 && e.omitted.Rows == 0) {
		k.log.Info("Not all fits into a checkpoint: after a restart, these rows have no statistics and these accounts are in the totals only",
			"owner", e.owner.ID, "rows", o.Rows, "accounts", o.Accounts)
	}
}

func isConflict(err error) bool { return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) }

// discard deletes a base that nothing refers to. What fails is left to the sweep.
func (k *Keeper) discard(ctx context.Context, base string) {
	if base == "" {
		return
	}
	if err := k.store.delete(ctx, base); err != nil {
		k.log.V(1).Info("The base of a checkpoint is left behind", "base", base, "error", err.Error())
	}
}

// resolve deals with a conflict. Either an earlier write of this keeper went
// through although it failed, or somebody deleted it: then the draft takes its
// place. Or somebody else wrote: then the owner begins again.
func (k *Keeper) resolve(ctx context.Context, e *entry, x *draft) error {
	found, err := k.store.head(ctx, e.owner.UID)
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

// supersede drops what an owner has in memory. Until that is done nobody may go on with
// what is stored: it would be dropped with the rest, and not be read again.
func (k *Keeper) supersede(e *entry) {
	id := e.owner.ID
	k.note(func() { e.void = true })
	k.metrics.failed(conflict)
	k.log.Info("Another operator has written a checkpoint: its owner begins again from that", "owner", id)
	k.source.Drop(id)
	k.mu.Lock()
	if k.entries[id] == e {
		delete(k.entries, id)
	}
	listener := k.listeners[id.Kind]
	k.mu.Unlock()
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
	return now.Add(slot.Sub(now)) // with the monotonic reading of now, which no step of the clock touches
}
