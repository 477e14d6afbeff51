package keeper

import (
	"context"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Resume must be called before an owner enters the engine, and again whenever its
// plan or its hash may be another: that of what gives its memory its meaning. It
// returns what the owner remembers where it begins or goes on; nil for nothing. An
// error means that it is not known yet: try again.
func (k *Keeper) Resume(ctx context.Context, o Owner, plan *selection.Plan, hash checkpoint.Hash) (*usage.Snapshot, error) {
	switch e := k.entry(o.ID); {
	case e != nil && k.isVoid(e):
		return nil, errVoid
	case k.follows(&o, plan, hash):
		return nil, nil //nolint:nilnil // the engine remembers itself
	}
	x, err := k.store.get(ctx, o.UID)
	if err != nil {
		k.metrics.failed(readFailed)
		k.log.Error(err, "An owner waits for its checkpoint", "owner", o.ID)
		return nil, err
	}
	e := &entry{owner: o, plan: plan, hash: hash, current: k.clock.Now(), due: nextSlot(o.UID, k.interval, k.clock.Now())}
	var snapshot *usage.Snapshot
	if x != nil {
		e.version, e.baseName, e.size = x.version, x.base, len(x.data)+len(x.baseData)
		snapshot = k.open(e, x)
	}
	k.set(e)
	return snapshot, nil
}

// follows tells whether an owner is in the engine already, and takes note of its
// plan.
func (k *Keeper) follows(o *Owner, plan *selection.Plan, hash checkpoint.Hash) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[o.ID]
	if !ok || e.rests || e.owner.UID != o.UID {
		return false
	}
	e.plan, e.hash = plan, hash
	return true
}

// open decodes what was stored. What is of no use is left aside: the next write
// replaces it.
func (k *Keeper) open(e *entry, x *stored) *usage.Snapshot {
	s, err := checkpoint.Open(x.data, x.baseData, e.owner.UID, e.hash)
	switch {
	case err != nil:
		k.metrics.failed(string(checkpoint.ReasonOf(err)))
		k.log.Error(err, "A checkpoint is of no use, its owner starts anew", "owner", e.owner.ID)
	case s.Changed:
		k.log.Info("An owner counts something else than before, and keeps what does not depend on that", "owner", e.owner.ID)
	}
	return s
}

// set registers an owner, in place of a former one of the same name.
func (k *Keeper) set(e *entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.entries[e.owner.ID]; ok && old.owner.UID != e.owner.UID {
		k.doomed[old.owner.UID] = orphaned
	}
	k.entries[e.owner.ID] = e
}
