package keeper

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	// rhythm is how often the loop looks for what is due.
	rhythm = time.Second
	// sweepInterval is how often what has lost its owner is looked for.
	sweepInterval = time.Hour
	// retry is after what time what failed is tried again.
	retry = time.Minute
	// finishTimeout bounds the writes of a graceful stop. The manager allows half a
	// minute.
	finishTimeout = 20 * time.Second
	// finishing is how many checkpoints are written at once then.
	finishing = 8
)

// NeedLeaderElection makes the manager run the keeper on the leader only.
func (k *Keeper) NeedLeaderElection() bool { return true }

// Start writes and sweeps until ctx ends. Then it writes all that is left.
func (k *Keeper) Start(ctx context.Context) error {
	ticker := k.clock.NewTicker(min(rhythm, k.interval))
	defer ticker.Stop()
	var sweep time.Time
	for {
		if now := k.clock.Now(); !now.Before(sweep) {
			sweep = now.Add(k.sweepOrRetry(ctx))
		}
		k.round(ctx)
		select {
		case <-ctx.Done():
			k.finish(context.WithoutCancel(ctx))
			return nil
		case <-ticker.C():
		}
	}
}

// round deletes and writes what is due.
func (k *Keeper) round(ctx context.Context) {
	k.deleteDoomed(ctx)
	for _, id := range k.due() {
		if ctx.Err() != nil {
			return
		}
		e := k.entry(id)
		if e == nil || k.isResting(e) {
			continue
		}
		wait, err := k.write(ctx, e, queued)
		if isNews(err) {
			k.log.Error(err, "A checkpoint was not written and is tried again", "owner", id)
			wait = min(retry, k.interval)
		}
		k.plan(e, wait)
	}
}

// plan says when to write next: after some time, or in the next slot.
func (k *Keeper) plan(e *entry, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.clock.Now(); wait > 0 {
		e.due = now.Add(wait)
	} else {
		e.due = nextSlot(e.owner.UID, k.interval, now)
	}
}

// due returns the owners whose checkpoints should be written, the longest due
// first.
func (k *Keeper) due() (ids []usage.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	for id, e := range k.entries {
		if !e.rests && !now.Before(e.due) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b usage.ID) int { return k.entries[a].due.Compare(k.entries[b].due) })
	return ids
}

// deleteDoomed deletes what has lost its owner. What fails is tried again.
func (k *Keeper) deleteDoomed(ctx context.Context) {
	k.mu.Lock()
	doomed := maps.Clone(k.doomed)
	k.mu.Unlock()
	for uid, how := range doomed {
		if err := k.deleteOne(ctx, uid, how); err != nil {
			k.metrics.failed(deleteFailed)
			k.log.Error(err, "A checkpoint without an owner was not deleted and is tried again")
			continue
		}
		k.note(func() { delete(k.doomed, uid) })
	}
}

func (k *Keeper) deleteOne(ctx context.Context, uid string, how doom) error {
	if how == orphaned {
		x, err := k.store.get(ctx, uid)
		if err != nil || x == nil {
			return err
		}
		return k.bury(ctx, uid, x)
	}
	return k.store.remove(ctx, uid)
}

// finish writes all that has changed, whatever the budget.
func (k *Keeper) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	k.deleteDoomed(ctx)
	work := make(chan usage.ID)
	var workers sync.WaitGroup
	for range finishing {
		workers.Go(func() {
			for id := range work {
				k.finishOne(ctx, id)
			}
		})
	}
	for _, id := range k.followed() {
		work <- id
	}
	close(work)
	workers.Wait()
}

func (k *Keeper) finishOne(ctx context.Context, id usage.ID) {
	e := k.entry(id)
	if e == nil {
		return
	}
	if _, err := k.write(ctx, e, atOnce); isNews(err) {
		k.log.Error(err, "A checkpoint was not written before the end", "owner", id)
	}
}

func (k *Keeper) followed() (ids []usage.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, e := range k.entries {
		if !e.rests {
			ids = append(ids, id)
		}
	}
	return ids
}
