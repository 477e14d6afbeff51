package sketch_test

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

const resolution = 15 * time.Second

// loads are days of a row's CPU in nanocores, at the resolution, as they are seen
// in clusters.
var loads = []struct {
	name string
	day  func(*rand.Rand) []int64
}{
	{"constant", func(*rand.Rand) []int64 { return day(func(float64) float64 { return 250e6 }) }},
	{"zero", func(*rand.Rand) []int64 { return day(func(float64) float64 { return 0 }) }},
	{"noisy", func(r *rand.Rand) []int64 {
		return day(func(float64) float64 { return 250e6 * (1 + 0.1*r.NormFloat64()) })
	}},
	{"diurnal", func(r *rand.Rand) []int64 {
		return day(func(turn float64) float64 {
			return (600e6 - 500e6*math.Cos(2*math.Pi*turn)) * (1 + 0.05*r.NormFloat64())
		})
	}},
	{"bursty", func(r *rand.Rand) []int64 {
		return day(func(float64) float64 {
			if r.IntN(20) == 0 {
				return 2e9 * r.Float64()
			}
			return 20e6 * (1 + 0.1*r.NormFloat64())
		})
	}},
}

func day(at func(turn float64) float64) []int64 {
	values := make([]int64, 24*time.Hour/resolution)
	for i := range values {
		values[i] = int64(max(0, at(float64(i)/float64(len(values)))))
	}
	return values
}

var midnight = time.Unix(1_800_057_600, 0)

// windowOf adds values at the resolution, which a number of milliseconds make
// uneven, for a day and a half.
func windowOf(length time.Duration, values []int64, jitter int) *sketch.Window {
	w, at := sketch.New(length), midnight
	random := rand.New(rand.NewPCG(1, 0))
	for i := range len(values) * 3 / 2 {
		spacing := resolution + time.Duration(random.IntN(jitter+1))*time.Millisecond
		at = at.Add(spacing)
		w.Add(at, model.Sum{}.Plus(values[i%len(values)]), spacing)
	}
	return w
}
