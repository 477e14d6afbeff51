package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// valueWindow is the one of a series that a threshold keeps its values in.
const valueWindow = model.CPU

// newValueSeries begins the life of its row with what the tick stands for, until
// its oldest pod says otherwise.
func newValueSeries(s *step) *series {
	n := &series{pace: *newPace(s), empty: peopled, undated: true}
	n.since = n.until
	n.windows[valueWindow] = sketch.New(s.window)
	return n
}

// newPaceSeries has no window.
func newPaceSeries(s *step) *series { return &series{pace: *newPace(s), empty: peopled} }

// followValues continues the series of a threshold: each row's of its values. The
// total of other rows has no value, and only tells how far they are.
func (r *report) followValues(e *Engine, s *step) {
	r.waiting = 0
	instants := e.instants(r)
	var all observation
	undated := false
	for i, w := range r.watch.order {
		seen := w.seen(s.number)
		all.newest = max(all.newest, seen.newest)
		if r.attachValues(w, seen, s) {
			w.series.followValue(s, w.people(), seen, &instants[i], r.need.Alert)
			s.windows.weigh(w.series)
			undated = undated || w.series.undated
		}
	}
	if undated {
		r.date(s)
	}
	if !r.plan.Grouped() {
		return
	}
	if r.total.series == nil {
		r.total.series = newPaceSeries(s)
	}
	r.total.series.next(s, len(r.members), &all)
}

// people are the pods of a row, and those of them that run.
func (w *row) people() people { return people{int(w.declared.pods), int(w.declared.expectedPods)} }

type people struct{ all, running int }

// attachValues is attach for a threshold. Where nothing runs no sample is waited for.
func (r *report) attachValues(w *row, seen *observation, s *step) bool {
	switch {
	case w.series != nil:
		return true
	case seen.newest == 0 && w.declared.expectedPods > 0:
		return false
	case w != &r.total && (r.series >= s.most || s.windows.isFull()):
		r.waiting++
		return false
	}
	w.series = newValueSeries(s)
	if w != &r.total {
		s.windows.expect(1)
		r.series++
	}
	return true
}

// followValue adds the value for as long as the tick stands for. A row of which
// nothing runs uses nothing, and that is known. What cannot be said is a gap.
func (n *series) followValue(s *step, p people, seen *observation, i *instant, a *Alert) {
	n.setEmpty(p.all == 0, s.age)
	length := n.next(s, p.running, seen)
	if length > 0 && i.isKnown(a, p.all) {
		s.addTo(&n.windows[valueWindow], model.Sum{}.Plus(i.value), length)
	}
}

// isKnown tells whether there is a value. Without pods it is 0, of whatever.
func (i *instant) isKnown(a *Alert, pods int) bool {
	return i.data != MissingData && (a.Measure == Usage || i.denominator > 0 || pods == 0)
}

// date finds out since when the rows live that have just got a series: as long as
// their oldest pods. A pod that is so new that it could not have a sample before
// begins with its first.
func (r *report) date(s *step) {
	for _, p := range r.members {
		born, known := p.born()
		if !known {
			continue
		}
		for i := range p.memberships {
			if m := &p.memberships[i]; m.row.owner == r && m.row.series.isUndated() {
				m.row.series.live(s, born)
			}
		}
	}
	for _, w := range r.watch.order {
		if w.series != nil {
			w.series.undated = false
		}
	}
}

func (n *series) isUndated() bool { return n != nil && n.undated }

// live makes a series begin with a start, in Unix seconds, that explains no more
// that there was no sample.
func (n *series) live(s *step, start int64) {
	if age := s.now.Sub(time.Unix(start, 0)); age > s.settling {
		n.since = min(n.since, s.age-age.Truncate(time.Millisecond))
	}
}

// born is when a pod began to run, in Unix seconds by the operator's clock. Of one
// that has restarted or does not run only when it was accepted is known.
func (p *pod) born() (start int64, known bool) {
	if p.Restarted || startedAt(p.Pod) == 0 {
		return p.StartTime, p.StartTime != 0
	}
	start = startedAt(p.Pod)
	for _, started := range p.Started {
		if started != 0 {
			start = min(start, started)
		}
	}
	return start + p.skew, true
}
