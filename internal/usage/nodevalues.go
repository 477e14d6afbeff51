package usage

import "github.com/usage-operator/usage-operator/internal/model"

// followValues continues the series of a threshold of nodes: each row's of its
// values. The total of other rows has no value, and only tells how far they are.
func (r *nodeReport) followValues(s *step, nodes *nodes) {
	if r.series.total == nil {
		r.series = nodeSeries{total: r.newTotal(s), rows: map[model.Subject]*series{}}
	}
	r.series.waiting = 0
	var all nodeSums
	for _, w := range r.subjects(nodes) {
		if w.newest.After(all.newest) {
			all.newest = w.newest
		}
		all.nodes, all.observed = all.nodes+w.nodes, all.observed+w.observed
		n := r.valuesOf(s, w)
		switch {
		case n == nil:
		case w.nodes == 0 && n != r.series.total && n.empty != peopled && s.age-n.empty >= s.window:
			delete(r.series.rows, w.subject)
		default:
			i := w.instant(r.need.Alert)
			n.followValue(s, people{w.nodes, w.nodes}, w.observation(), &i, r.need.Alert)
		}
	}
	if r.plan.Grouped() {
		r.series.total.next(s, all.nodes, all.observation())
	}
}

func (r *nodeReport) newTotal(s *step) *series {
	if r.plan.Grouped() {
		return newPaceSeries(s)
	}
	return newValueSeries(s)
}

// valuesOf returns the series of a row; nil where it has none.
func (r *nodeReport) valuesOf(s *step, w *nodeRow) *series {
	n := r.seriesOf(w)
	switch {
	case n == nil && w.observed == 0:
		return nil
	case n == nil && (len(r.series.rows) >= s.most || s.windows.isFull()):
		r.series.waiting++
		return nil
	case n == nil:
		n = newValueSeries(s)
		r.series.rows[w.subject] = n
	}
	if n.undated && w.observed > 0 {
		n.undated = false
		n.live(s, w.created)
	}
	return n
}
