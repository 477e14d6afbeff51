package usage

import (
	"math"
	"slices"
)

// nodeReadings adds up the nodes of a threshold's subjects.
func (e *Engine) nodeReadings(r *nodeReport) []Reading {
	l := e.lookback(&r.need, e.nodes.now)
	rows := r.subjects(&e.nodes)
	readings := make([]Reading, 0, len(rows))
	for _, w := range rows {
		n := r.seriesOf(w)
		if w.nodes == 0 && r.plan.Grouped() && n.hasLeft(&l) {
			continue
		}
		x := Reading{Subject: w.subject, Pods: w.nodes}
		i := w.instant(r.need.Alert)
		i.tell(&x, w.observation().newest, e.nodes.now)
		if l.window > 0 {
			l.read(&x, n, func() int64 { return w.ceiling(r.need.Alert) })
		}
		readings = append(readings, x)
	}
	return readings
}

// subjects are the rows of a threshold in their order, with those that have left; the
// total where it groups by nothing.
func (r *nodeReport) subjects(s *nodes) []*nodeRow {
	total, rows := s.fold(r.plan)
	if !r.plan.Grouped() {
		return []*nodeRow{{nodeSums: total}}
	}
	rows = r.series.withLeft(rows)
	slices.SortFunc(rows, func(a, b *nodeRow) int { return a.subject.Compare(&b.subject) })
	return rows
}

func (r *nodeReport) seriesOf(w *nodeRow) *series {
	if !r.plan.Grouped() {
		return r.series.total
	}
	return r.series.rows[w.subject]
}

// instant is the value of a row now. A missing node uses at most its allocatable.
func (s *nodeSums) instant(a *Alert) instant {
	r := a.Resource
	missing := s.allocatable[r].Sub(s.base[r])
	x := part{seen: s.observed > 0, missing: s.observed < s.nodes}
	switch a.Measure {
	case Usage:
		x.value.used = s.usage[r]
		x.lower, x.upper = x.value, fraction{used: s.usage[r].Add(missing), endless: s.unsized[r] > 0}
		return x.amounts()
	case PercentOfAllocatable:
		x.value = fraction{used: s.ofAllocatable[r], of: s.base[r]}
		x.lower = fraction{used: s.ofAllocatable[r], of: s.allocatable[r]}
		x.upper = fraction{used: s.ofAllocatable[r].Add(missing), of: s.allocatable[r]}
		x.seen = !s.base[r].IsZero()
	}
	return x.ratios() // nodes declare nothing else
}

// ceiling is the largest value that a row can have, by what its nodes have now.
func (s *nodeSums) ceiling(a *Alert) int64 {
	switch {
	case s.nodes == 0, a.Measure == Usage && s.sized[a.Resource] < s.nodes:
		return math.MaxInt64
	case a.Measure == Usage:
		return s.allocatable[a.Resource].Int64()
	default:
		return billion
	}
}
