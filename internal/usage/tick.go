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

// Tick takes one answer of the Metrics API and sums it into all rows. It joins
// the samples with the pods; both are sorted alike.
func (e *Engine) Tick(s *model.Samples) (result Ticked) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reads++
	t := e.begin(s.ReadTime)
	j := joiner{samples: s.Pods}
	for _, p := range e.inventory.order {
		at := j.next(p)
		if at == nil {
			t.count(p, false)
			continue
		}
		gap, ok := p.accept(at, s.Of(at), t.age, t.oldest)
		if ok {
			result.note(at)
			e.resolution.observe(gap, at.Window)
		}
		t.count(p, ok)
	}
	e.resolution.settle()
	e.follow(&t)
	return result
}

func (t *Ticked) note(s *model.PodSample) {
	t.New++
	if s.Time.After(t.Newest) {
		t.Newest = s.Time
	}
}

// Sum sums anew from the samples at hand, after changes of the inventory.
func (e *Engine) Sum(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.begin(now)
	for _, p := range e.inventory.order {
		t.count(p, false)
	}
	e.nodes.settle(now, e.carry())
}

// tick is one pass over the pods.
type tick struct {
	number      uint64
	before, now time.Time
	// age is the engine's own clock, which no step of the system's touches, and
	// oldest when a sample must have been read to be carried.
	age, oldest time.Duration
}

func (e *Engine) begin(now time.Time) tick {
	e.ticks++
	t := tick{number: e.ticks, before: e.now, now: now, age: e.age(now)}
	t.oldest = t.age - e.carry()
	e.now = now
	e.gaps = gaps{}
	return t
}

// age is the engine's own clock. It counts milliseconds, as windows do, so that what
// ticks stand for adds up to the time between them.
func (e *Engine) age(now time.Time) time.Duration {
	if e.born.IsZero() {
		e.born = now
	}
	return now.Sub(e.born).Truncate(time.Millisecond)
}

// count adds a pod to its rows. It is news where its numbers can be others than
// on the tick before, or why there are none.
func (t *tick) count(p *pod, isNew bool) {
	if p.undated {
		p.date(t.before, t.now)
	}
	current := p.sample.usage != nil && p.sample.readTime >= t.oldest
	news := isNew || !current
	p.sample.current = current
	p.contribute(t.number, news)
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
