package poller

import (
	"context"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// list is one of the lists of the Metrics API. Each is read while a report
// lives on it, and fails for itself.
type list struct {
	target model.Target
	name   string
	// read reads the list and gives it to the engine.
	read func(context.Context) (usage.Ticked, error)
	// pausedUntil is when the server wants to be asked again.
	pausedUntil time.Time
	// metrics is how the last read went; nil before the first, and after a rest. It
	// is guarded by the poller's lock.
	metrics *standing.Metrics
	// newest is the timestamp of the newest sample since the last rest; zero before
	// the first. It is guarded likewise.
	newest time.Time
}

// outcome is what became of the reads of a tick.
type outcome struct {
	// read tells that a list was read, news that it had new samples.
	read, news bool
	retryAfter time.Duration
}

// with adds the outcome of the next list. The first list that could be read sets
// the pace.
func (o outcome) with(next outcome) outcome {
	switch {
	case o.read:
		return o
	case next.read:
		return next
	default:
		return outcome{retryAfter: max(o.retryAfter, next.retryAfter)}
	}
}

// due tells whether a list is to be read on a tick. One that no report lives on
// any more rests.
func (p *Poller) due(l *list) bool {
	if !p.engine.Wants(l.target) {
		p.rest(l)
		return false
	}
	return !p.Clock.Now().Before(l.pausedUntil)
}

// update reads a list and announces the reports that live on it.
func (p *Poller) update(ctx context.Context, l *list) outcome {
	result, err := l.read(ctx)
	if err != nil {
		if ctx.Err() == nil {
			p.failed(l, err)
			p.engine.Sum(p.Clock.Now()) // samples age
			p.evaluate(l)
		}
		pause := retryAfter(err)
		l.pausedUntil = p.Clock.Now().Add(pause)
		return outcome{retryAfter: pause}
	}
	p.evaluate(l) // alerts come before all else
	p.noteNewest(l, result.Newest)
	p.succeeded(l)
	p.Log.V(1).Info("Ticked", "list", l.name, "new", result.New)
	return outcome{read: true, news: result.New > 0}
}

func (p *Poller) succeeded(l *list) {
	recovered := p.setMetrics(l, &standing.Metrics{
		Available: true,
		Reason:    v1alpha1.ReasonMetricsRead,
		Message:   "The Metrics API answers.",
	})
	if recovered {
		p.Log.Info("The Metrics API answers", "list", l.name)
		p.schedule.announceAll(l.target, p.Clock.Now())
		return
	}
	// What falls due before the middle of the way to the next tick is served now.
	p.schedule.announce(l.target, p.Clock.Now().Add(p.engine.Resolution()/2), p.engine.Changed)
}

func (p *Poller) failed(l *list, err error) {
	m := describe(err)
	p.metrics.failed(l.target, err)
	if p.setMetrics(l, m) {
		p.Log.Info("The Metrics API cannot be read", "list", l.name, "reason", m.Reason, "error", err.Error())
		p.schedule.announceAll(l.target, p.Clock.Now())
	}
}

// rest forgets how the last read of a list went.
func (p *Poller) rest(l *list) {
	l.pausedUntil = time.Time{}
	p.setMetrics(l, nil)
}

// rests tells whether no list is being read.
func (p *Poller) rests() bool {
	for _, l := range p.lists {
		if p.Metrics(l.target) != nil {
			return false
		}
	}
	return true
}

// setMetrics tells whether the reason changed.
func (p *Poller) setMetrics(l *list, m *standing.Metrics) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := l.metrics
	if l.metrics = m; m == nil {
		l.newest = time.Time{}
	}
	return m != nil && (old == nil || old.Reason != m.Reason)
}

func (p *Poller) noteNewest(l *list, sample time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sample.After(l.newest) {
		l.newest = sample
	}
}

// Metrics tells how the last read of pods or nodes went; nil before the first,
// and after a rest.
func (p *Poller) Metrics(target model.Target) *standing.Metrics {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lists[target].metrics
}

// startup is for how long waiting is no news after a start.
const startup = 30 * time.Second

// Starting tells whether the operator started, or became the leader, so recently
// that nothing has been read yet of pods or nodes.
func (p *Poller) Starting(target model.Target) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lists[target].metrics == nil && (p.started.IsZero() || p.Clock.Since(p.started) < startup)
}
