package poller

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
)

// readTimeout bounds one read of the Metrics API.
const readTimeout = 30 * time.Second

// tickIfWanted returns the time to wait until the next tick.
func (p *Poller) tickIfWanted(ctx context.Context, feed Feed) time.Duration {
	if p.engine.Len() == 0 {
		p.pace = pace{} // it will not know the time of the scrape any more
		p.setMetrics(nil)
		p.Inventory.WantTop(false)
		return idleCheck
	}
	begin := p.Clock.Now()
	wait, atLeast := p.tick(ctx, feed)
	return rest(wait, p.Clock.Since(begin), atLeast)
}

// tick returns the time from its begin to the next one, and what must pass from
// its end at least.
func (p *Poller) tick(ctx context.Context, feed Feed) (wait, atLeast time.Duration) {
	p.drain(feed)
	err := p.read(ctx)
	if err != nil {
		if ctx.Err() == nil {
			p.failed(err)
		}
		return p.pace.afterFailure(p.engine.Resolution()), retryAfter(err)
	}
	result := p.engine.Tick(&p.samples)
	p.succeeded()
	p.Log.V(1).Info("Ticked", "samples", len(p.samples.Pods), "new", result.New)
	return p.pace.after(result.New > 0, p.engine.Resolution()), 0
}

func (p *Poller) drain(feed Feed) {
	p.Inventory.WantTop(p.engine.Climbs())
	climbing := p.Inventory.Climbing()
	p.mu.Lock()
	p.climbing = climbing
	p.mu.Unlock()
	p.changes = feed.Drain(p.changes[:0])
	p.engine.Apply(p.changes)
	clear(p.changes) // the rows belong to the engine now
}

// read takes an answer without samples for a failure only where the whole
// cluster was asked for and something runs in it: a namespace can be empty, or
// its pods new.
func (p *Poller) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	namespaces := p.engine.Namespaces()
	err := p.Reader.Read(ctx, namespaces, &p.samples)
	if metricsapi.KindOf(err) == metricsapi.Empty && (namespaces != nil || !p.engine.Expects(model.Pods)) {
		return nil
	}
	return err
}

// refresh brings the sums up to date with the inventory, between two ticks.
func (p *Poller) refresh(feed Feed) {
	p.drain(feed)
	p.engine.Sum(p.Clock.Now())
	p.schedule.announce(p.Clock.Now())
}

func (p *Poller) succeeded() {
	recovered := p.setMetrics(&report.Metrics{
		Available: true,
		Reason:    v1alpha1.ReasonMetricsRead,
		Message:   "The Metrics API answers.",
	})
	if recovered {
		p.Log.Info("The Metrics API answers")
		p.schedule.announceAll(p.Clock.Now())
		return
	}
	// What falls due before the middle of the way to the next tick is served now.
	p.schedule.announce(p.Clock.Now().Add(p.engine.Resolution() / 2))
}

func (p *Poller) failed(err error) {
	m := describe(err)
	if p.setMetrics(m) {
		p.Log.Info("The Metrics API cannot be read", "reason", m.Reason, "error", err.Error())
		p.schedule.announceAll(p.Clock.Now())
	}
}

// setMetrics tells whether the reason changed.
func (p *Poller) setMetrics(m *report.Metrics) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.metrics
	p.metrics = m
	return m != nil && (old == nil || old.Reason != m.Reason)
}

// describe says why a read failed, without anything that a tenant must not see.
func describe(err error) *report.Metrics {
	m := &report.Metrics{Reason: v1alpha1.ReasonMetricsAPIUnavailable, Message: "The Metrics API cannot be read. The operator's log says why."}
	if e, ok := errors.AsType[*metricsapi.Error](err); ok {
		m.Reason = "MetricsAPI" + string(e.Kind)
		m.Message = sentence(e.Advice)
	}
	return m
}

// sentence makes one of an error's text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*metricsapi.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
