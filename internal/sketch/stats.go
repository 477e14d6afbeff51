package sketch

import (
	"sort"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Stats are the statistics of a window at a time.
type Stats struct {
	// Observed is the weight of all samples: how long was observed. Gaps are not
	// in it. It is zero where there are no samples, and then all else is.
	Observed time.Duration
	// Start and End enclose the time that was observed. Since slots count as a
	// whole, Start may lie a slot before the window.
	Start, End time.Time
	// Average is the mean of all samples by their weights: exact, and rounded to
	// the nearest integer at last, a half up.
	Average model.Sum
	// Maximum is the largest sample: exact.
	Maximum model.Sum
	// Percentiles are those that were asked for, in that order: within 1 %.
	Percentiles []model.Sum
}

// Stats returns the statistics of the window that ends now. All slots count that
// observed any time of it. A percentile p is the smallest sample v such that at
// least p of 100 parts of the weight are of samples of at most v.
func (w *Window) Stats(now time.Time, percents ...int) Stats {
	var d distribution
	d.addWindow(w, inBounds(now))
	if d.total.isEmpty() {
		return Stats{}
	}
	s := Stats{
		Observed: milliseconds(int64(d.total.weight)),
		Start:    time.UnixMilli(d.total.first).UTC(),
		End:      time.UnixMilli(d.total.last).UTC(),
		Average:  mean(d.total.sum, d.total.weight).sum(),
		Maximum:  d.total.maximum.sum(),
	}
	if len(percents) > 0 {
		s.Percentiles = d.percentiles(percents)
	}
	return s
}

// inBounds returns a time that a window can have, in Unix milliseconds.
func inBounds(t time.Time) int64 { return min(max(t.UnixMilli(), 0), maxTime) }

// distribution is the sum of slots, on the stack.
type distribution struct {
	// total has no cells: the weights have those of each number.
	total   slot
	weights [cellCount]uint64
}

func (d *distribution) addWindow(w *Window, now int64) {
	var space [128]cell
	for rest := w.closed; len(rest) > 0; {
		var s slot
		s, rest = mustUnpack(rest, space[:])
		d.addSlot(&s, now-w.length, now)
	}
	d.addSlot(&w.open, now-w.length, now)
}

// addSlot adds a slot if it observed any time after from, up to to.
func (d *distribution) addSlot(s *slot, from, to int64) {
	if s.isEmpty() || s.last <= from || s.first >= to {
		return
	}
	d.total.observe(s.first, s.last)
	d.total.weight += s.weight
	d.total.sum = d.total.sum.plus(s.sum)
	d.total.maximum = larger(d.total.maximum, s.maximum)
	for _, c := range s.cells {
		d.weights[c.number()] += c.weight()
	}
}

// mean returns sum ÷ weight, rounded to the nearest integer, a half up.
func mean(sum wide, weight uint64) wide {
	return sum.plus(sum).plus(wide{lo: weight}).over(2 * weight)
}

// isConstant tells whether all samples are the maximum: only then they sum up to
// as much.
func (d *distribution) isConstant() bool {
	return d.total.sum == d.total.maximum.times(d.total.weight)
}

func (d *distribution) percentiles(percents []int) []model.Sum {
	values := make([]model.Sum, len(percents))
	highest := d.accumulate()
	for i, percent := range percents {
		values[i] = d.valueAt(hundredths(percent, d.total.weight), highest).sum()
	}
	return values
}

// accumulate turns the weight of each cell into that of all cells up to it, and
// returns the highest one.
func (d *distribution) accumulate() (highest int) {
	highest = int(cellOf(d.total.maximum))
	for i := 1; i <= highest; i++ {
		d.weights[i] += d.weights[i-1]
	}
	return highest
}

// hundredths returns a percentage of a weight, in hundredths. At least some weight
// has to be: the percentile 0 is the minimum.
func hundredths(percent int, weight uint64) uint64 {
	return max(uint64(min(max(percent, 0), 100))*weight, 1)
}

// valueAt returns the smallest value up to which so much of the weight lies, in
// hundredths.
func (d *distribution) valueAt(need uint64, highest int) wide {
	if need >= 100*d.total.weight || d.isConstant() {
		return d.total.maximum
	}
	cell := sort.Search(highest, func(i int) bool { return 100*d.weights[i] >= need })
	return smaller(d.total.maximum, representative(bounds[cell]))
}
