package keeper

import (
	"context"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Resume must be called before a report enters the engine, and again whenever its
// plan may be another. It returns what the report remembers where it begins or goes
// on; nil for nothing. An error means that it is not known yet: try again.
func (k *Keeper) Resume(ctx context.Context, id usage.ID, object v1alpha1.ReportObject, plan *selection.Plan) (*usage.Snapshot, error) {
	hash, err := checkpoint.HashOf(object.SelectionSpec())
	if err != nil {
		return nil, err
	}
	uid := string(object.GetUID())
	if k.follows(id, uid, plan, hash) {
		return nil, nil //nolint:nilnil // the engine remembers itself
	}
	x, err := k.store.get(ctx, uid)
	if err != nil {
		k.metrics.failed(readFailed)
		k.log.Error(err, "A report waits for its checkpoint", "report", id)
		return nil, err
	}
	e := &entry{owner: ownerOf(id, uid), plan: plan, hash: hash, current: k.clock.Now(), due: nextSlot(uid, k.interval, k.clock.Now())}
	var snapshot *usage.Snapshot
	if x != nil {
		e.version = x.version
		snapshot = k.open(id, e, x.data)
	}
	k.set(id, e)
	return snapshot, nil
}

// follows tells whether a report is in the engine already, and takes note of its
// plan.
func (k *Keeper) follows(id usage.ID, uid string, plan *selection.Plan, hash checkpoint.Hash) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[id]
	if !ok || e.rests || e.owner.UID != uid {
		return false
	}
	e.plan, e.hash = plan, hash
	return true
}

// open decodes what was stored. What is of no use is left aside: the next write
// replaces it.
func (k *Keeper) open(id usage.ID, e *entry, data []byte) *usage.Snapshot {
	s, err := checkpoint.Open(data, e.owner.UID, e.hash)
	switch reason := checkpoint.ReasonOf(err); {
	case err == nil:
		return s
	case reason == checkpoint.SpecChanged:
		k.log.Info("A report counts something else than before and starts anew", "report", id)
	default:
		k.metrics.failed(string(reason))
		k.log.Error(err, "A checkpoint is of no use, its report starts anew", "report", id)
	}
	return nil
}

// set registers a report, in place of a former one of the same name.
func (k *Keeper) set(id usage.ID, e *entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.entries[id]; ok && old.owner.UID != e.owner.UID {
		k.doomed[old.owner.UID] = true
	}
	k.entries[id] = e
}
