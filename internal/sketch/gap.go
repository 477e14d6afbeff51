package sketch

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Gap is a time that no sample stands for, and the value that it is taken to have
// had. The zero gap is none.
type Gap struct {
	Length time.Duration
	Value  model.Sum
}

// Distribution is what was observed of a window, for statistics that reckon with
// gaps: with one of the smallest value a statistic is what it is at least, with one
// of the largest what it is at most. It is large, and can be used for one window
// after another.
type Distribution struct {
	distribution
	highest int
}

// Read takes in the samples of the window that ends now, as Stats does.
func (d *Distribution) Read(w *Window, now time.Time) {
	d.distribution = distribution{}
	d.addWindow(w, inBounds(now))
	d.highest = d.accumulate()
}

// Observed is the weight of all samples; zero where there are none.
func (d *Distribution) Observed() time.Duration { return milliseconds(int64(d.total.weight)) }

// Start returns when the time begins that the samples stand for. It has no meaning
// where there are none.
func (d *Distribution) Start() time.Time { return time.UnixMilli(d.total.first) }

// Average returns the mean of the samples and the gap.
func (d *Distribution) Average(g Gap) model.Sum {
	length, value := g.parts()
	if d.total.weight+length == 0 {
		return model.Sum{}
	}
	return mean(d.total.sum.plus(value.times(length)), d.total.weight+length).sum()
}

// Maximum returns the largest of the samples and the gap.
func (d *Distribution) Maximum(g Gap) model.Sum {
	_, value := g.parts()
	return larger(d.total.maximum, value).sum()
}

// Percentile returns that of the samples and the gap. If the gap's value were
// larger than all samples, the percentile would be the one that is farthest back
// among these, or the gap; if it were smaller than all, the one that is farthest in
// front. Between the two the gap's own value is the percentile.
func (d *Distribution) Percentile(percent int, g Gap) model.Sum {
	length, value := g.parts()
	need := hundredths(percent, d.total.weight+length)
	if need <= 100*d.total.weight {
		value = smaller(value, d.valueAt(need, d.highest))
	}
	if need > 100*length {
		value = larger(value, d.valueAt(need-100*length, d.highest))
	}
	return value.sum()
}

// parts returns the length in milliseconds, and the value of a gap that has one.
func (g Gap) parts() (length uint64, value wide) {
	if g.Length < time.Millisecond {
		return 0, wide{}
	}
	value, _ = fromSum(g.Value)
	return uint64(g.Length.Milliseconds()), value
}
