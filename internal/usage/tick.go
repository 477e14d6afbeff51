package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// carriedResolutions is for how many resolutions a pod keeps a sample when no
// newer one comes: two, and a half for the unevenness of ticks.
const carriedResolutions = 2.5

// firstResolution stands for the resolution before it is known: the default of
// metrics-server.
const firstResolution = 60 * time.Second

// Ticked is what a tick found.
type Ticked struct {
	// New is the number of pods, or nodes, with a new sample.
	New int
	// Newest is the newest timestamp among the new samples; zero without any.
	Newest time.Time
}

// Tick takes one answer of the Metrics API and sums it into all rows.
func (e *Engine) Tick(s *model.Samples) Ticked {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reads++
	result := e.accept(s)
	e.sum(s.ReadTime)
	return result
}

// Sum sums anew from the samples at hand, after changes of the inventory.
func (e *Engine) Sum(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sum(now)
	e.nodes.settle(now, e.carry())
}

func (e *Engine) sum(now time.Time) {
	e.tick++
	e.gaps = gaps{}
	before := e.now
	e.now = now
	carry := e.carry()
	for _, p := range e.inventory.order {
		if p.undated {
			p.date(before, now)
		}
		p.sample.current = p.sample.usage != nil && now.Sub(p.sample.readTime) <= carry
		if p.sample.current {
			p.contribute(e.tick)
		}
	}
}

// accept joins the samples with the pods; both are sorted alike. Pods of the
// same name can stand side by side while one of them terminates.
func (e *Engine) accept(s *model.Samples) (result Ticked) {
	next := 0
	for _, p := range e.inventory.order {
		i, found := seek(s.Pods, next, p)
		if next = i; !found {
			continue
		}
		at := &s.Pods[next]
		gap, ok := p.accept(at, s.Of(at), s.ReadTime)
		if !ok {
			continue
		}
		result.New++
		if at.Time.After(result.Newest) {
			result.Newest = at.Time
		}
		e.resolution.observe(gap, at.Window)
	}
	e.resolution.settle()
	return result
}

// seek returns the first sample from next on that is not before the pod, and
// whether it is the pod's.
func seek(samples []model.PodSample, next int, p *pod) (at int, found bool) {
	for ; next < len(samples); next++ {
		if c := compareKeys(samples[next].Namespace, samples[next].Name, p.Namespace, p.Name); c >= 0 {
			return next, c == 0
		}
	}
	return next, false
}

func (e *Engine) carry() time.Duration {
	return time.Duration(carriedResolutions * float64(e.expectedResolution()))
}

func (e *Engine) expectedResolution() time.Duration {
	if e.resolution.value == 0 {
		return firstResolution
	}
	return e.resolution.value
}
