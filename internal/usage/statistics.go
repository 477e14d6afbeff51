package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Statistics are those of a row's usage over a window of time, each moment by
// its length.
type Statistics struct {
	Average, Maximum model.Sum
	// Percentiles are those that the need asks for, in its order.
	Percentiles []model.Sum
}

// setStatistics sets the statistics of the rows that are shown and of the total.
func (v *View) setStatistics(r *report, shown []ranked, now time.Time) {
	if r.need.Window == 0 {
		return
	}
	v.Window = v.Total.setStatistics(&r.total, now, r.need.Percentiles)
	for i := range shown {
		v.Rows[i].setStatistics(shown[i].row, now, r.need.Percentiles)
	}
}

func (x *Row) setStatistics(w *row, now time.Time, percentiles []int) (c Covered) {
	if w.series == nil {
		return c
	}
	for r, window := range w.series.windows {
		s := window.Stats(now, percentiles...)
		if s.Observed == 0 {
			continue
		}
		c = Covered{Start: s.Start, End: s.End, Observed: s.Observed}
		x.Resources[r].Over = &Statistics{Average: s.Average, Maximum: s.Maximum, Percentiles: s.Percentiles}
	}
	return c
}
