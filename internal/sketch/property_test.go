package sketch_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// shapes are series: each returns the next value.
var shapes = map[string]func(*rand.Rand) func() model.Sum{
	"constant": func(r *rand.Rand) func() model.Sum {
		value := number(r.Int64())
		return func() model.Sum { return value }
	},
	"zeros": func(*rand.Rand) func() model.Sum {
		return func() model.Sum { return model.Sum{} }
	},
	"spikes": func(r *rand.Rand) func() model.Sum {
		low, high := r.Int64N(1e9), 1e9+r.Int64N(1e15)
		return func() model.Sum {
			if r.IntN(100) == 0 {
				return number(high)
			}
			return number(low)
		}
	},
	"idle": func(r *rand.Rand) func() model.Sum {
		return func() model.Sum { return number(max(0, r.Int64N(1e9)-8e8)) }
	},
	"nine orders": func(r *rand.Rand) func() model.Sum {
		return func() model.Sum { return number(int64(math.Pow(10, 9*r.Float64()))) }
	},
	"all orders": func(r *rand.Rand) func() model.Sum {
		return func() model.Sum {
			return model.SumOfWords(r.Int64N(1<<16)>>r.IntN(32), r.Uint64()>>r.IntN(64))
		}
	},
	"random walk": func(r *rand.Rand) func() model.Sum {
		value := 5e8
		return func() model.Sum {
			value *= 1 + 0.1*(r.Float64()-0.5)
			return number(int64(value))
		}
	},
	"a few nanocores": func(r *rand.Rand) func() model.Sum {
		most := 1 + r.Int64N(300)
		return func() model.Sum { return number(r.Int64N(most + 1)) }
	},
	"exabytes": func(r *rand.Rand) func() model.Sum {
		return func() model.Sum {
			value := number(9e18).Add(number(r.Int64N(1e18)))
			for range 13 {
				value = value.Add(value)
			}
			return value
		}
	},
}

func number(n int64) model.Sum { return model.Sum{}.Plus(n) }

var lengths = []time.Duration{
	5 * time.Minute, 7 * time.Minute, time.Hour, 90 * time.Minute, 6 * time.Hour, 24 * time.Hour, 744 * time.Hour,
}

// walk adds a series to an oracle, on a road with gaps and bends.
type walk struct {
	*oracle
	random *rand.Rand
	next   func() model.Sum
	now    int64
	// spacing is that of samples: regular and on the boundaries of slots, or not.
	spacing int64
	uneven  bool
	// late holds samples back.
	late []stretch
}

func newWalk(shape func(*rand.Rand) func() model.Sum, seed uint64) *walk {
	random := rand.New(rand.NewPCG(seed, 0))
	w := &walk{
		oracle:  newOracle(lengths[random.IntN(len(lengths))]),
		random:  random,
		next:    shape(random),
		now:     1_800_000_000_000,
		spacing: []int64{1_000, 15_000, 30_000, 60_000}[random.IntN(4)],
		uneven:  random.IntN(2) == 0,
	}
	if w.uneven {
		w.now += random.Int64N(100_000)
	}
	return w
}

func (w *walk) sample() stretch {
	spacing := w.spacing
	if w.uneven {
		spacing += w.random.Int64N(spacing)
	}
	from := w.now
	w.now += spacing
	if w.uneven {
		// A sample may stand for less than the time since the one before.
		from += w.random.Int64N(spacing)
	}
	return stretch{from: from, to: w.now, value: w.next()}
}

func (w *walk) step(t *testing.T) {
	t.Helper()
	length := w.window.Length().Milliseconds()
	switch w.random.IntN(200) {
	case 0: // a gap, sometimes longer than the window
		w.now += w.random.Int64N(length * 3 / 2)
	case 1:
		from := w.now
		w.now += 1 + w.random.Int64N(length*3/2)
		w.fill(t, stretch{from: from, to: w.now, value: w.next()})
	case 2:
		w.resize(lengths[w.random.IntN(len(lengths))])
	case 3, 4, 5:
		w.late = append(w.late, w.sample())
	case 6:
		for _, s := range w.late {
			// Among what a window that was shorter for a while has forgotten, a
			// sample would stand alone, and the oracle does not know.
			if forgotten := s.to <= w.gone && s.to > w.newest-length; !forgotten {
				w.add(t, s)
			}
		}
		w.late = nil
	case 7:
		w.window = decoded(t, w.window)
	case 8:
		w.check(t, w.now+w.random.Int64N(length*3/2))
	case 9:
		w.spacing = min(w.spacing*4, length)
	case 10:
		w.spacing = max(w.spacing/4, 1_000)
	default:
		w.add(t, w.sample())
	}
}

func decoded(t *testing.T, w *sketch.Window) *sketch.Window {
	t.Helper()
	data, err := w.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	again, rest, err := sketch.Decode(append(data, 1, 2, 3))
	if err != nil || len(rest) != 3 {
		t.Fatalf("decoded with %d bytes left of 3: %v", len(rest), err)
	}
	return again
}

// TestAgainstExactComputation is the proof of what the package promises.
func TestAgainstExactComputation(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20) {
				w := newWalk(shape, seed)
				for i := range 2000 {
					w.step(t)
					if i%40 == 0 {
						w.check(t, w.now)
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// TestMerge deals one series to windows and merges them. They are of one length,
// or the series is shorter than each of them.
func TestMerge(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(40) {
				w := newWalk(shape, seed)
				others := []*sketch.Window{sketch.New(w.window.Length()), sketch.New(w.window.Length())}
				end := w.now + 4*w.window.Length().Milliseconds()
				if seed%2 == 0 {
					others = []*sketch.Window{sketch.New(time.Hour), sketch.New(744 * time.Hour), sketch.New(5 * time.Minute)}
					end = w.now + 3*time.Minute.Milliseconds()
					w.longest = slotLength(744 * time.Hour)
				}
				for i := 0; i < 1000 && w.now < end; i++ {
					w.deal(t, others)
				}
				for _, other := range others {
					mustMerge(t, w.window, other)
				}
				w.check(t, w.now)
			}
		})
	}
}

func (w *walk) deal(t *testing.T, others []*sketch.Window) {
	t.Helper()
	s := w.sample()
	if w.random.IntN(3) == 0 {
		w.add(t, s)
		return
	}
	dealt := others[w.random.IntN(len(others))]
	if !dealt.Add(time.UnixMilli(s.to), s.value, time.Duration(s.to-s.from)*time.Millisecond) {
		t.Fatal("a new sample was not taken")
	}
	w.longestSample = max(w.longestSample, s.to-s.from)
	w.keep(s)
}

func mustMerge(t *testing.T, into, other *sketch.Window) {
	t.Helper()
	before := mustEncode(t, other)
	if !into.Merge(other) {
		t.Fatal("the weights are too much")
	}
	if string(mustEncode(t, other)) != string(before) {
		t.Fatal("Merge changed what it took")
	}
}

func mustEncode(t *testing.T, w *sketch.Window) []byte {
	t.Helper()
	data, err := w.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
