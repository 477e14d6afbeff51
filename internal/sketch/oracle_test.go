package sketch_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// stretch is a sample: a value that stood from one time to another, in Unix
// milliseconds.
type stretch struct {
	from, to int64
	value    model.Sum
}

// oracle keeps all samples beside the window and computes exactly. Its samples
// must not overlap in time.
type oracle struct {
	window *sketch.Window
	kept   []stretch
	newest int64
	// gone is the time before which the window may have forgotten.
	gone int64
	// longest is the length of the longest slot so far, and of the longest sample.
	longest, longestSample int64
}

func newOracle(length time.Duration) *oracle {
	return &oracle{window: sketch.New(length), longest: slotLength(length)}
}

// slotLength is the promise: half a minute, doubled until 16 cover the window.
func slotLength(window time.Duration) int64 {
	length := 30 * time.Second
	for length*16 < window {
		length *= 2
	}
	return length.Milliseconds()
}

func (o *oracle) add(t *testing.T, s stretch) {
	t.Helper()
	took := o.window.Add(time.UnixMilli(s.to), s.value, time.Duration(s.to-s.from)*time.Millisecond)
	if inside := s.to > o.newest-o.window.Length().Milliseconds(); took != inside {
		t.Fatalf("Add(%d) is %t %d ms after the newest", s.to, took, s.to-o.newest)
	}
	if took {
		o.longestSample = max(o.longestSample, s.to-s.from)
		o.keep(s)
	}
}

func (o *oracle) fill(t *testing.T, s stretch) {
	t.Helper()
	if !o.window.Fill(time.UnixMilli(s.from), time.UnixMilli(s.to), s.value) {
		t.Fatalf("Fill(%d, %d) after %d was not taken", s.from, s.to, o.newest)
	}
	o.keep(s)
}

func (o *oracle) keep(s stretch) {
	o.kept = append(o.kept, s)
	o.newest = max(o.newest, s.to)
	o.forget()
}

func (o *oracle) resize(length time.Duration) {
	o.window.Resize(length)
	o.longest = max(o.longest, slotLength(length))
	o.forget()
}

func (o *oracle) forget() {
	o.gone = max(o.gone, o.newest-o.window.Length().Milliseconds())
}

var percents = []int{0, 1, 10, 50, 90, 95, 99, 100}

// check holds the statistics against the samples in the time that they claim to
// cover, and that time against what has to be covered.
func (o *oracle) check(t *testing.T, now int64) {
	t.Helper()
	got := o.window.Stats(time.UnixMilli(now), percents...)
	horizon := max(o.gone, now-o.window.Length().Milliseconds())
	o.checkCover(t, got, horizon)
	if got.Observed == 0 {
		return
	}
	counted := within(o.kept, got.Start.UnixMilli(), got.End.UnixMilli())
	compare(t, counted, got)
}

func (o *oracle) checkCover(t *testing.T, got sketch.Stats, horizon int64) {
	t.Helper()
	needed := within(o.kept, horizon, o.newest)
	if got.Observed == 0 {
		if len(needed) > 0 {
			t.Fatalf("nothing is observed, but %d samples are in the window", len(needed))
		}
		return
	}
	start, end := got.Start.UnixMilli(), got.End.UnixMilli()
	for _, s := range needed {
		if s.from < start || s.to > end {
			t.Fatalf("(%d, %d] is in the window, but covered are (%d, %d]", s.from, s.to, start, end)
		}
	}
	// The first sample may have begun before its slot.
	if earliest := horizon - o.longest - o.longestSample; start < earliest {
		t.Fatalf("covered from %d, %d ms too early", start, earliest-start)
	}
}

// within cuts the samples to a time.
func within(all []stretch, from, to int64) (cut []stretch) {
	for _, s := range all {
		s.from, s.to = max(s.from, from), min(s.to, to)
		if s.from < s.to {
			cut = append(cut, s)
		}
	}
	return cut
}

func compare(t *testing.T, samples []stretch, got sketch.Stats) {
	t.Helper()
	slices.SortFunc(samples, func(a, b stretch) int { return a.value.Compare(b.value) })
	weight, sum := int64(0), new(big.Int)
	for _, s := range samples {
		weight += s.to - s.from
		sum.Add(sum, new(big.Int).Mul(integer(s.value), big.NewInt(s.to-s.from)))
	}
	if got.Observed.Milliseconds() != weight {
		t.Fatalf("observed %d ms, want %d", got.Observed.Milliseconds(), weight)
	}
	average := sum.Lsh(sum, 1).Add(sum, big.NewInt(weight))
	average.Div(average, big.NewInt(2*weight))
	if integer(got.Average).Cmp(average) != 0 {
		t.Fatalf("average %v, want %v", integer(got.Average), average)
	}
	if maximum := samples[len(samples)-1].value; got.Maximum != maximum {
		t.Fatalf("maximum %v, want %v", integer(got.Maximum), integer(maximum))
	}
	for i, percent := range percents {
		comparePercentile(t, samples, weight, percent, got.Percentiles[i], got.Maximum)
	}
}

func comparePercentile(t *testing.T, sorted []stretch, weight int64, percent int, got, maximum model.Sum) {
	t.Helper()
	want, below := sorted[0].value, int64(0)
	for _, s := range sorted {
		want, below = s.value, below+s.to-s.from
		if below*100 >= weight*int64(percent) {
			break
		}
	}
	off := new(big.Int).Sub(integer(got), integer(want))
	if off.Abs(off).Mul(off, big.NewInt(100)).Cmp(integer(want)) > 0 {
		t.Fatalf("p%d of %d samples is %v, want %v within 1 %%", percent, len(sorted), integer(got), integer(want))
	}
	if got.Compare(maximum) > 0 {
		t.Fatalf("p%d %v is more than the maximum %v", percent, integer(got), integer(maximum))
	}
}

func integer(s model.Sum) *big.Int {
	hi, lo := s.Words()
	n := new(big.Int).Lsh(big.NewInt(hi), 64)
	return n.Add(n, new(big.Int).SetUint64(lo))
}
