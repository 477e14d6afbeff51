package alerter

import (
	"context"
	"errors"
	"sync"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// workers is how many thresholds are delivered for at once.
const workers = 8

// NeedLeaderElection makes the manager run the alerter on the leader only.
func (a *Alerter) NeedLeaderElection() bool { return true }

// Start delivers until ctx ends. What is owed then is in the last checkpoints.
func (a *Alerter) Start(ctx context.Context) error {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for a.deliverNext(ctx) {
			}
		})
	}
	<-ctx.Done()
	a.queue.ShutDown()
	all.Wait()
	return nil
}

// deliverNext delivers for one threshold, and tells false at the end.
func (a *Alerter) deliverNext(ctx context.Context) bool {
	id, ended := a.queue.Get()
	if ended {
		return false
	}
	defer a.queue.Done(id)
	switch err := a.deliver(ctx, id); {
	case err == nil, errors.Is(err, keeper.ErrSuperseded):
		a.queue.Forget(id)
	case ctx.Err() == nil:
		a.log.Info("What a threshold has to tell is tried again", "threshold", id, "error", err.Error())
		a.queue.AddRateLimited(id)
	}
	return true
}

// work is what is to be done for one threshold.
type work struct {
	entry    *entry
	about    events.About
	owed     []threshold.Notice
	revision uint64
	// stores tells that the state must be stored first.
	stores bool
}

// deliver stores the state of a threshold, and then tells what is owed in it.
func (a *Alerter) deliver(ctx context.Context, id usage.ID) error {
	w, known := a.begin(id)
	if !known {
		return nil
	}
	if w.stores {
		if err := a.checkpoints.Save(ctx, id); err != nil {
			return err
		}
	}
	delivered, err := a.announcer.Announce(ctx, w.about, w.owed)
	a.settle(id, &w, delivered)
	return err
}

// begin returns what is to be done. What has been owed for too long is dropped.
func (a *Alerter) begin(id usage.ID) (w work, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, known := a.entries[id]
	if !known {
		return work{}, false
	}
	kept, late := e.state.Expire(a.clock.Now())
	if e.state = kept; len(late) > 0 {
		a.announcer.Expire(e.about(), late)
		e.told++
	}
	return work{entry: e, about: e.about(), owed: e.state.Owed, revision: e.revision, stores: e.revision != e.saved && !e.suspended}, true
}

// settle takes note of what was delivered. One that is gone and owes nothing any
// more leaves. One that has begun again meanwhile, from what is stored, owes still what
// is owed there.
func (a *Alerter) settle(id usage.ID, w *work, delivered []threshold.Notice) {
	a.mu.Lock()
	e, known := a.entries[id]
	if !known || e != w.entry {
		a.mu.Unlock()
		return
	}
	e.saved = max(e.saved, w.revision)
	if len(delivered) > 0 {
		e.state, e.told = e.state.Delivered(delivered), e.told+1
	}
	left := e.leaving && len(e.state.Owed) == 0
	if left {
		delete(a.entries, id)
	}
	a.mu.Unlock()
	if left {
		a.checkpoints.Forget(id)
		a.engine.Drop(id)
	}
	if left || len(delivered) > 0 {
		a.publish(id)
	}
}

// Orphan closes the alerts of a threshold that was deleted unnoticed, from its
// checkpoint. The time of what it tells is that of the checkpoint, so that it tells
// the same if it has to begin again.
func (a *Alerter) Orphan(ctx context.Context, o keeper.Owner, s *usage.Snapshot) error {
	state, err := decode(s)
	if err != nil {
		a.metrics.unreadable.Inc()
		a.log.Error(err, "The stored alerts of a threshold that is gone are of no use and are not closed", "threshold", o.ID)
		return nil
	}
	words := alert.Threshold{Namespace: o.Namespace, Settings: &v1alpha1.ThresholdSettings{}}
	e := &entry{Threshold: Threshold{ID: o.ID, UID: o.UID, Words: words}, state: state}
	_, err = a.announcer.Announce(ctx, e.about(), closed(e, state.Time).Owed)
	return err
}
