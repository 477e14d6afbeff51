package sketch_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// TestGap mixes samples with a gap, and compares with the exact statistics of the
// samples and one more, of the gap's length and value.
func TestGap(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	var d sketch.Distribution
	for round := range 500 {
		w := sketch.New(time.Hour)
		now := int64(1_800_000_000_000)
		var all []stretch
		for range random.IntN(100) {
			length := 1 + random.Int64N(20_000)
			s := stretch{now, now + length, model.Sum{}.Plus(random.Int64() >> random.IntN(63))}
			if round%7 == 0 && len(all) > 0 { // a constant
				s.value = all[0].value
			}
			w.Add(time.UnixMilli(s.to), s.value, time.Duration(length)*time.Millisecond)
			all, now = append(all, s), s.to
		}
		g := sketch.Gap{Length: time.Duration(random.IntN(3)*random.IntN(1_000_000)) * time.Millisecond, Value: model.Sum{}.Plus(random.Int64() >> random.IntN(63))}
		switch random.IntN(4) {
		case 0:
			g.Value = model.Sum{}
		case 1:
			g.Value = model.Sum{}.Plus(math.MaxInt64)
		}
		d.Read(w, time.UnixMilli(now))
		stats := w.Stats(time.UnixMilli(now), percents...)
		if d.Observed() != stats.Observed || len(all) > 0 && !d.Start().Equal(stats.Start) {
			t.Fatalf("observed %s from %s, want %s from %s", d.Observed(), d.Start(), stats.Observed, stats.Start)
		}
		if g.Length > 0 {
			all = append(all, stretch{now, now + g.Length.Milliseconds(), g.Value})
		}
		if len(all) == 0 {
			if d.Average(g) != (model.Sum{}) || d.Maximum(g) != (model.Sum{}) || d.Percentile(50, g) != (model.Sum{}) {
				t.Fatal("nothing has statistics")
			}
			continue
		}
		got := sketch.Stats{Observed: stats.Observed + g.Length, Average: d.Average(g), Maximum: d.Maximum(g)}
		for _, percent := range percents {
			got.Percentiles = append(got.Percentiles, d.Percentile(percent, g))
		}
		compare(t, all, got)
		if t.Failed() {
			t.Fatalf("round %d: %d samples and %+v", round, len(all), g)
		}
	}
}

// TestGapItself is the percentile where it lies between the samples, exactly.
func TestGapItself(t *testing.T) {
	w := sketch.New(time.Hour)
	for i, value := range []int64{100_003, 300_007} {
		w.Add(noon.Add(time.Duration(i)*time.Minute), model.Sum{}.Plus(value), time.Minute)
	}
	var d sketch.Distribution
	d.Read(w, noon.Add(time.Minute))
	for _, value := range []int64{110_001, 200_001, 290_003} {
		g := sketch.Gap{Length: time.Minute, Value: model.Sum{}.Plus(value)}
		if got := d.Percentile(50, g); got != g.Value {
			t.Errorf("with a gap of %d the median is %v", value, got)
		}
	}
}
