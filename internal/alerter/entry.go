package alerter

import (
	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Threshold is one as its reconciler serves it.
type Threshold struct {
	ID   usage.ID
	UID  string
	Rule *threshold.Rule
	// Words are what is told of it.
	Words alert.Threshold
	// Climbs tells that subjects have other names while owners are still to come.
	Climbs bool
}

func (t *Threshold) about() events.About {
	return events.About{Kind: t.ID.Kind, Namespace: t.ID.Namespace, Name: t.ID.Name, UID: t.UID, LabelKeys: t.Words.LabelKeys}
}

// entry is a threshold and its alerts.
type entry struct {
	Threshold
	state threshold.State
	// undeclared counts the subjects that declare nothing to compare with.
	undeclared int
	// revision counts the states that must be stored, and saved is the one that is.
	// told counts what changed else.
	revision, saved, told uint64
	// suspended thresholds are not stepped, leaving ones close.
	suspended, leaving bool
}

// Serve adds a threshold, or gives it a new rule. It tells false while one that had
// its name is still closing its alerts: try again soon.
func (a *Alerter) Serve(t *Threshold) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, known := a.entries[t.ID]
	switch {
	case !known:
		a.entries[t.ID] = &entry{Threshold: *t}
		return true
	case e.leaving:
		return false
	case e.UID != t.UID:
		a.close(e)
		return false
	}
	e.Threshold = *t
	a.resume(e)
	return true
}

// resume goes on after a suspension.
func (a *Alerter) resume(e *entry) {
	if !e.suspended {
		return
	}
	e.suspended = false
	e.state = e.state.Resume()
	a.touch(e)
}

// Restore is Serve for a threshold that goes on from a snapshot; rested tells that
// it was suspended meanwhile. A state that cannot be decoded is left aside: the
// threshold starts anew.
func (a *Alerter) Restore(t *Threshold, s *usage.Snapshot, rested bool) bool {
	if !a.Serve(t) {
		return false
	}
	state, err := decode(s)
	if err != nil {
		a.metrics.unreadable.Inc()
		a.log.Error(err, "The stored alerts of a threshold are of no use, it starts anew", "threshold", t.ID)
		return true
	}
	if rested {
		state = state.Resume()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.entries[t.ID]; e != nil && e.state.Time.IsZero() {
		e.state = state
		if len(state.Owed) > 0 {
			a.touch(e)
		}
	}
	return true
}

// Park stops a threshold for a while, before its state is stored. What it owes is
// still told.
func (a *Alerter) Park(id usage.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.entries[id]; e != nil && !e.leaving {
		e.suspended = true
	}
}

// Forget closes the alerts of a threshold that is gone, and then deletes its
// checkpoint. Those of one that is suspended lie there, and are closed as those of
// one that went unnoticed.
func (a *Alerter) Forget(id usage.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.entries[id]
	switch {
	case e == nil:
		a.checkpoints.Forget(id)
	case e.suspended:
		delete(a.entries, id)
		a.checkpoints.Forget(id)
	case !e.leaving:
		a.close(e)
	}
}

// close begins to close all alerts of a threshold that is gone.
func (a *Alerter) close(e *entry) {
	e.leaving = true
	e.state = closed(e, a.clock.Now())
	a.touch(e)
}

// touch lets a state be stored and told.
func (a *Alerter) touch(e *entry) {
	e.revision++
	a.queue.Add(e.ID)
}

// Drop forgets a threshold whose memory is void, and its windows.
func (a *Alerter) Drop(id usage.ID) {
	a.mu.Lock()
	delete(a.entries, id)
	a.mu.Unlock()
	a.engine.Drop(id)
}
