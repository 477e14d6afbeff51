package usage

import (
	"math"

	"github.com/usage-operator/usage-operator/internal/model"
)

// ceiling is the largest value that a row can have, by what its pods and their
// nodes declare now. Of a row without pods nothing is known.
func (e *Engine) ceiling(r *report, w *row) int64 {
	if w.declared.pods == 0 {
		return math.MaxInt64
	}
	a := r.need.Alert
	if !r.watch.knowCeilings {
		e.findCeilings(r)
	}
	f := r.watch.ceilings[w.place]
	switch a.Measure {
	case Usage:
		return f.amount()
	case PercentOfAllocatable:
		f = fraction{used: model.Sum{}.Plus(1), of: model.Sum{}.Plus(1)}
	case PercentOfQuota:
		f.of = model.Sum{}.Plus(e.quotaOf(w, a))
	}
	if f.of.IsZero() {
		return math.MaxInt64
	}
	return f.ratio()
}

// findCeilings looks at each pod of a threshold. What it finds holds until these or
// their nodes change.
func (e *Engine) findCeilings(r *report) {
	v := e.lens(r.need.Alert)
	v.blind = true
	r.watch.parts = e.gather(r, v, r.watch.parts)
	r.watch.ceilings = r.watch.ceilings[:0]
	for i := range r.watch.parts {
		r.watch.ceilings = append(r.watch.ceilings, r.watch.parts[i].upper)
	}
	r.watch.knowCeilings = true
}
