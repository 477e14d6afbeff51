package alerter

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Engine gives the readings of thresholds, and remembers their windows.
type Engine interface {
	Readings(id usage.ID) (readings []usage.Reading, longest time.Duration, ok bool)
	Contributors(id usage.ID, subjects []model.Subject, most int) [][]usage.Contributor
	// Unfollowed returns how many subjects have no window, because they are too many.
	Unfollowed(id usage.ID) int
	Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool)
	Drop(id usage.ID)
}

// Checkpoints store the states of thresholds.
type Checkpoints interface {
	// Save stores what Snapshot returns. Forget deletes what was stored.
	Save(ctx context.Context, id usage.ID) error
	Forget(id usage.ID)
}

// Announcer writes Events. It returns the notices that are owed no more, also
// beside an error.
type Announcer interface {
	Announce(ctx context.Context, about events.About, owed []threshold.Notice) (delivered []threshold.Notice, err error)
	// Expire takes note of notices that are owed for too long.
	Expire(about events.About, owed []threshold.Notice)
}

// Alerter keeps the alerts of all thresholds. It is safe for concurrent use.
type Alerter struct {
	engine    Engine
	announcer Announcer
	clock     clock.PassiveClock
	log       logr.Logger
	metrics   *metrics
	// checkpoints are set before it starts.
	checkpoints Checkpoints
	// queue holds the thresholds that have something to store or to tell.
	queue workqueue.TypedRateLimitingInterface[usage.ID]

	mu      sync.Mutex
	entries map[usage.ID]*entry
	// listeners hear of thresholds whose status has news, by their kinds.
	listeners map[string]func(usage.ID)
}

// The pauses after which a delivery that failed is tried again. The time of a tick is
// a good pace where the API server is away.
const (
	shortestPause = 200 * time.Millisecond
	longestPause  = 15 * time.Second
)

// New returns an alerter without thresholds.
func New(engine Engine, announcer Announcer, clock clock.PassiveClock, log logr.Logger) *Alerter {
	a := &Alerter{
		engine: engine, announcer: announcer, clock: clock, log: log,
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[usage.ID](shortestPause, longestPause)),
		entries: map[usage.ID]*entry{}, listeners: map[string]func(usage.ID){},
	}
	a.metrics = newMetrics(a)
	return a
}

// Keep says where states are stored.
func (a *Alerter) Keep(c Checkpoints) { a.checkpoints = c }

// OnNews calls f with each threshold of a kind whose status has news. f must not
// block.
func (a *Alerter) OnNews(kind string, f func(usage.ID)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listeners[kind] = f
}

// publish tells the reconcilers of thresholds that have news.
func (a *Alerter) publish(ids ...usage.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		if f := a.listeners[id.Kind]; f != nil {
			f(id)
		}
	}
}

// View returns what is known of a threshold's alerts, false before they were first
// evaluated.
func (a *Alerter) View(id usage.ID) (*alert.View, bool) {
	a.mu.Lock()
	e, known := a.entries[id]
	if !known || e.leaving || e.state.Time.IsZero() {
		a.mu.Unlock()
		return nil, false
	}
	v, words := &alert.View{State: e.state, Undeclared: e.undeclared}, e.Words
	a.mu.Unlock()
	listed, _ := words.Listed(&v.State)
	subjects := make([]model.Subject, len(listed))
	for i := range listed {
		subjects[i] = listed[i].Reading.Subject
	}
	v.Unfollowed = a.engine.Unfollowed(id)
	v.Contributors = a.engine.Contributors(id, subjects, alert.MaxContributors)
	return v, true
}

// Owed returns how many Events are still to be written.
func (a *Alerter) Owed() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.entries {
		n += len(e.state.Owed)
	}
	return n
}
