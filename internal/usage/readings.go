package usage

import (
	"slices"
	"time"
)

// Readings tells what the last tick or sum means to a threshold: of each of its
// subjects, sorted, or of all it selects, where it groups by nothing. It tells false
// for what is no threshold or is not set. Two observations of a subject that are
// further apart than longest have a gap between them.
//
// The readings hold until they are asked for again.
func (e *Engine) Readings(id ID) (readings []Reading, longest time.Duration, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.reports.byID[id]; r != nil && r.need.Alert != nil {
		return e.readings(r), e.carry(), true
	}
	if r := e.nodes.reports[id]; r != nil && r.need.Alert != nil {
		return e.nodeReadings(r), e.carry(), true
	}
	return nil, 0, false
}

// Unfollowed returns how many subjects of a threshold are only known by samples,
// because they are too many to have a window.
func (e *Engine) Unfollowed(id ID) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.reports.byID[id]; r != nil {
		return r.waiting
	}
	if r := e.nodes.reports[id]; r != nil {
		return r.series.waiting
	}
	return 0
}

func (e *Engine) readings(r *report) []Reading {
	instants := e.instants(r)
	l := e.lookback(&r.need, e.now)
	out := slices.Grow(r.watch.readings[:0], len(instants))
	for i, w := range r.watch.order {
		if w.hasLeft(&l) {
			continue
		}
		out = out[:len(out)+1]
		x := &out[len(out)-1]
		x.Subject, x.Pods = w.subject, int(w.declared.pods)
		instants[i].tell(x, w.seen(e.ticks).newest, e.now)
		if l.window > 0 {
			l.read(x, w.series, func() int64 { return e.ceiling(r, w) })
		}
	}
	r.watch.readings = out
	return out
}

// hasLeft tells whether a row has no pods any more, and not only for a moment. Its
// series stays for the window, in case that it comes back.
func (w *row) hasLeft(l *lookback) bool {
	return w.declared.pods == 0 && w != &w.owner.total && w.series.hasLeft(l)
}

func (n *series) hasLeft(l *lookback) bool {
	return n == nil || n.empty != peopled && l.age-n.empty > l.carry
}
