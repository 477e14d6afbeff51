package poller

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// What bounds one read of the Metrics API. Nodes are few, and must not keep the
// pods waiting.
const (
	podsTimeout  = 30 * time.Second
	nodesTimeout = 10 * time.Second
)

// tickIfWanted returns the time to wait until the next tick.
func (p *Poller) tickIfWanted(ctx context.Context, feed Feed) time.Duration {
	if p.engine.Len() == 0 {
		p.pace = pace{} // it will not know the time of the scrape any more
		for _, l := range p.lists {
			p.rest(l)
		}
		p.Inventory.WantTop(false)
		return idleCheck
	}
	begin := p.Clock.Now()
	wait, atLeast := p.tick(ctx, feed)
	took := p.Clock.Since(begin)
	p.metrics.ticked(took, missed(wait, took, atLeast))
	return rest(wait, took, atLeast)
}

// tick returns the time from its begin to the next one, and what must pass from
// its end at least.
func (p *Poller) tick(ctx context.Context, feed Feed) (wait, atLeast time.Duration) {
	p.drain(feed)
	var o outcome
	for _, l := range p.lists {
		if p.due(l) {
			o = o.with(p.update(ctx, l))
		}
	}
	if !o.read {
		return p.pace.afterFailure(p.engine.Resolution()), o.retryAfter
	}
	return p.pace.after(o.news, p.engine.Resolution()), 0
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

// readPods takes an answer without samples for a failure only where the whole
// cluster was asked for and something runs in it: a namespace can be empty, or
// its pods new.
func (p *Poller) readPods(ctx context.Context) (usage.Ticked, error) {
	ctx, cancel := context.WithTimeout(ctx, podsTimeout)
	defer cancel()
	namespaces := p.engine.Namespaces()
	if namespaces == nil && len(p.within) > 0 {
		namespaces = p.within
	}
	begin := p.Clock.Now()
	err := p.Reader.Read(ctx, namespaces, &p.samples)
	p.metrics.read(model.Pods, p.Clock.Since(begin), len(p.samples.Pods), err)
	if err != nil && (metricsapi.KindOf(err) != metricsapi.Empty || namespaces == nil && p.engine.Expects(model.Pods)) {
		return usage.Ticked{}, err
	}
	return p.engine.Tick(&p.samples), nil
}

// readNodes takes an answer without samples for a failure only where a node is
// Ready.
func (p *Poller) readNodes(ctx context.Context) (usage.Ticked, error) {
	ctx, cancel := context.WithTimeout(ctx, nodesTimeout)
	defer cancel()
	begin := p.Clock.Now()
	err := p.Reader.ReadNodes(ctx, &p.nodeSamples)
	p.metrics.read(model.Nodes, p.Clock.Since(begin), len(p.nodeSamples.Nodes), err)
	if err != nil && (metricsapi.KindOf(err) != metricsapi.Empty || p.engine.Expects(model.Nodes)) {
		return usage.Ticked{}, err
	}
	return p.engine.TickNodes(&p.nodeSamples), nil
}

// refresh brings the sums up to date with the inventory, between two ticks. A
// list that no report has lived on until now is read at once.
func (p *Poller) refresh(ctx context.Context, feed Feed) {
	p.drain(feed)
	p.engine.Sum(p.Clock.Now())
	for _, l := range p.lists {
		switch {
		case !p.engine.Wants(l.target):
		case p.Metrics(l.target) == nil:
			p.update(ctx, l)
		default:
			p.evaluate(l)
			p.schedule.announce(l.target, p.Clock.Now(), p.engine.Changed)
		}
	}
}

// evaluate steps the alerts that live on a list.
func (p *Poller) evaluate(l *list) {
	if p.Alerts != nil {
		p.Alerts.Evaluate(l.target, p.isClimbing(), p.Clock.Now())
	}
}

// describe says why a read failed, without anything that a tenant must not see.
func describe(err error) *standing.Metrics {
	m := &standing.Metrics{Reason: v1alpha1.ReasonMetricsAPIUnavailable, Message: "The Metrics API cannot be read. The operator's log says why."}
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
