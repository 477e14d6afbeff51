package sketch_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// ring is what a library's histograms need around them to be a window: one for
// each slot, the oldest of which makes room.
type ring[H any] struct {
	slots   [13]H
	next    int
	perSlot int
	in      int
}

func (r *ring[H]) current(reset func(H)) H {
	if r.in == r.perSlot {
		r.in, r.next = 0, (r.next+1)%len(r.slots)
		reset(r.slots[r.next])
	}
	r.in++
	return r.slots[r.next]
}

func newRing[H any](create func() H) *ring[H] {
	r := &ring[H]{perSlot: int(time.Duration(slotLength(24*time.Hour)) * time.Millisecond / resolution)}
	for i := range r.slots {
		r.slots[i] = create()
	}
	return r
}

// contender is one way to keep a window of a day.
type contender struct {
	add   func(at time.Time, value int64)
	stats func(now time.Time) (p95 float64)
}

func ours() contender {
	w := sketch.New(24 * time.Hour)
	return contender{
		add: func(at time.Time, value int64) { w.Add(at, model.Sum{}.Plus(value), resolution) },
		stats: func(now time.Time) float64 {
			return w.Stats(now, 50, 95, 99).Percentiles[1].Float()
		},
	}
}

// dataDog takes the faster of its mappings and the store that it recommends.
func dataDog(b *testing.B) contender {
	b.Helper()
	cells, err := mapping.NewCubicallyInterpolatedMapping(0.01)
	if err != nil {
		b.Fatal(err)
	}
	create := func() *ddsketch.DDSketch {
		return ddsketch.NewDDSketch(cells, store.NewBufferedPaginatedStore(), store.NewBufferedPaginatedStore())
	}
	r := newRing(create)
	return contender{
		add: func(_ time.Time, value int64) {
			if err := r.current((*ddsketch.DDSketch).Clear).AddWithCount(float64(value), 15_000); err != nil {
				b.Fatal(err)
			}
		},
		stats: func(time.Time) float64 {
			all := create()
			for _, s := range r.slots {
				if err := all.MergeWith(s); err != nil {
					b.Fatal(err)
				}
			}
			values, err := all.GetValuesAtQuantiles([]float64{0.5, 0.95, 0.99})
			if err != nil {
				b.Fatal(err)
			}
			return values[1]
		},
	}
}

// hdr covers 1 nanocore to 1,000 cores with two digits: its error is below 1 %.
func hdr() contender {
	create := func() *hdrhistogram.Histogram { return hdrhistogram.New(1, 1e12, 2) }
	r := newRing(create)
	return contender{
		add: func(_ time.Time, value int64) {
			_ = r.current((*hdrhistogram.Histogram).Reset).RecordValues(value, 15_000)
		},
		stats: func(time.Time) float64 {
			all := create()
			for _, h := range r.slots {
				all.Merge(h)
			}
			return float64(all.ValueAtPercentiles([]float64{50, 95, 99})[95])
		},
	}
}

// addDays adds a day to each of some windows, tick by tick as the engine does,
// and returns the time of an addition.
func addDays(windows []contender, values []int64) time.Duration {
	start, at := time.Now(), midnight
	for i := range values {
		at = at.Add(resolution)
		for j := range windows {
			windows[j].add(at, values[(i+j)%len(values)])
		}
	}
	return time.Since(start) / time.Duration(len(values)*len(windows))
}

// BenchmarkAgainstLibraries compares with the libraries, in one run and in turn:
// the fastest of some additions and statistics, and the heap of a window.
func BenchmarkAgainstLibraries(b *testing.B) {
	contenders := []struct {
		name   string
		create func() contender
	}{
		{"own", ours},
		{"ddsketch", func() contender { return dataDog(b) }},
		{"hdr", hdr},
	}
	for _, load := range loads {
		b.Run(load.name, func(b *testing.B) {
			values := load.day(rand.New(rand.NewPCG(1, 0)))
			best := make([]cost, len(contenders))
			for b.Loop() {
				for i, c := range contenders {
					best[i].take(measure(c.create, values))
				}
			}
			for i, c := range contenders {
				b.ReportMetric(float64(best[i].add), c.name+"-ns/add")
				b.ReportMetric(float64(best[i].stats), c.name+"-ns/stats")
				b.ReportMetric(float64(best[i].heap), c.name+"-B")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

type cost struct {
	add, stats time.Duration
	heap       int
}

func (c *cost) take(o cost) {
	if c.add == 0 || o.add < c.add {
		c.add = o.add
	}
	if c.stats == 0 || o.stats < c.stats {
		c.stats = o.stats
	}
	c.heap = o.heap
}

func measure(create func() contender, values []int64) (c cost) {
	windows := make([]contender, 50)
	before := heap()
	for i := range windows {
		windows[i] = create()
	}
	c.add = addDays(windows, values)
	c.heap = (heap() - before) / len(windows)
	start := time.Now()
	for i := range windows {
		windows[i].stats(midnight.Add(24 * time.Hour))
	}
	c.stats = time.Since(start) / time.Duration(len(windows))
	return c
}

// heap returns the bytes that live on the heap.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// BenchmarkAdd is one addition to one of a thousand windows.
func BenchmarkAdd(b *testing.B) {
	for _, load := range loads {
		b.Run(load.name, func(b *testing.B) {
			values := load.day(rand.New(rand.NewPCG(1, 0)))
			windows := make([]*sketch.Window, 1000)
			for i := range windows {
				windows[i] = sketch.New(time.Hour)
			}
			b.ReportAllocs()
			at, i := midnight, 0
			for b.Loop() {
				if i++; i == len(windows) {
					i, at = 0, at.Add(resolution)
				}
				value := values[(int(at.Unix())/15+i)%len(values)]
				windows[i].Add(at, model.Sum{}.Plus(value), resolution)
			}
		})
	}
}

// BenchmarkSize is the memory of a window, and its bytes in a checkpoint.
func BenchmarkSize(b *testing.B) {
	for _, length := range []time.Duration{time.Hour, 24 * time.Hour} {
		for _, load := range loads {
			b.Run(length.String()+"/"+load.name, func(b *testing.B) {
				var w *sketch.Window
				for b.Loop() {
					w = windowOf(length, load.day(rand.New(rand.NewPCG(1, 0))), 0)
				}
				data, err := w.AppendBinary(nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(w.Size()), "B")
				b.ReportMetric(float64(len(data)), "encoded-B")
				jittered := windowOf(length, load.day(rand.New(rand.NewPCG(1, 0))), 50)
				b.ReportMetric(float64(jittered.Size()), "jittered-B")
			})
		}
	}
}

// BenchmarkRow is the heap of a row's windows of CPU and memory, and the time of a
// sample of both.
func BenchmarkRow(b *testing.B) {
	for _, hours := range []int{1, 24, 744} {
		b.Run(fmt.Sprintf("hours=%d", hours), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 0))
			values := make([]model.Sum, 1<<16)
			for i := range values {
				values[i] = model.Sum{}.Plus(int64(1e9 * (1.5 + random.NormFloat64()/5)))
			}
			length := time.Duration(hours) * time.Hour
			row, at := [2]*sketch.Window{sketch.New(length), sketch.New(length)}, noon
			add := func() {
				at = at.Add(resolution)
				for r, w := range row {
					w.Add(at, values[(int(at.Unix()/15)+r)%len(values)], resolution)
				}
			}
			for range length / resolution {
				add()
			}
			for b.Loop() {
				add()
			}
			b.ReportMetric(float64(row[0].Size()+row[1].Size()), "B/row")
		})
	}
}
