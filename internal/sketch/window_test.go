package sketch_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// mustAdd adds values a minute apart.
func mustAdd(t *testing.T, w *sketch.Window, at time.Time, values ...int64) (end time.Time) {
	t.Helper()
	for _, value := range values {
		at = at.Add(time.Minute)
		if !w.Add(at, number(value), time.Minute) {
			t.Fatalf("the sample at %v was not taken", at)
		}
	}
	return at
}

func mustHave(t *testing.T, w *sketch.Window, now time.Time, want sketch.Stats) {
	t.Helper()
	exact := cmp.Comparer(func(a, b model.Sum) bool { return a == b })
	if diff := cmp.Diff(want, w.Stats(now, 0, 50, 95, 100), exact); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}

func numbers(values ...int64) (sums []model.Sum) {
	for _, value := range values {
		sums = append(sums, number(value))
	}
	return sums
}

func TestStats(t *testing.T) {
	w := sketch.New(time.Hour)
	mustHave(t, w, noon, sketch.Stats{})
	end := mustAdd(t, w, noon, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
	mustHave(t, w, end, sketch.Stats{
		Observed: 20 * time.Minute, Start: noon, End: end,
		// 10.5 is rounded up.
		Average: number(11), Maximum: number(20), Percentiles: numbers(1, 10, 19, 20),
	})
	if got := w.Stats(end, -1, 101).Percentiles; !slices.Equal(got, numbers(1, 20)) {
		t.Errorf("beyond the percentages: %v", got)
	}
	if got := w.Stats(end).Percentiles; got != nil {
		t.Errorf("not asked for: %v", got)
	}
}

// TestWeights: a value counts for as long as it was seen.
func TestWeights(t *testing.T) {
	w := sketch.New(time.Hour)
	w.Add(noon.Add(-time.Minute), number(10), time.Millisecond)
	w.Add(noon, number(1), 19*time.Millisecond)
	mustHave(t, w, noon, sketch.Stats{
		Observed: 20 * time.Millisecond, Start: noon.Add(-time.Minute - time.Millisecond), End: noon,
		Average: number(1), Maximum: number(10), Percentiles: numbers(1, 1, 1, 10),
	})
}

// TestGaps are neither zero nor the value before.
func TestGaps(t *testing.T) {
	w := sketch.New(time.Hour)
	end := mustAdd(t, w, noon, 100)
	end = mustAdd(t, w, end.Add(40*time.Minute), 300)
	mustHave(t, w, end, sketch.Stats{
		Observed: 2 * time.Minute, Start: noon, End: end,
		Average: number(200), Maximum: number(300), Percentiles: []model.Sum{percentileOf(100), percentileOf(100), percentileOf(300), number(300)},
	})
}

// percentileOf returns what stands for a value: 1 % above the smallest of its
// cell, which 100 and 300 are not far from.
func percentileOf(value int64) model.Sum {
	w := sketch.New(time.Hour)
	w.Add(noon, number(value), time.Minute)
	w.Add(noon.Add(time.Minute), number(math.MaxInt64), time.Millisecond)
	return w.Stats(noon.Add(time.Minute), 50).Percentiles[0]
}

// TestConstantIsExact, though 123,456,789 is in the middle of a cell.
func TestConstantIsExact(t *testing.T) {
	for _, value := range []int64{0, 1, 99, 123_456_789, math.MaxInt64} {
		w := sketch.New(time.Hour)
		end := mustAdd(t, w, noon, value, value, value)
		mustHave(t, w, end, sketch.Stats{
			Observed: 3 * time.Minute, Start: noon, End: end,
			Average: number(value), Maximum: number(value), Percentiles: numbers(value, value, value, value),
		})
	}
}

func TestRefused(t *testing.T) {
	tooMuch := model.SumOfWords(1<<16, 0)
	for name, add := range map[string]func(*sketch.Window) bool{
		"negative":        func(w *sketch.Window) bool { return w.Add(noon, number(-1), time.Minute) },
		"too much":        func(w *sketch.Window) bool { return w.Add(noon, tooMuch, time.Minute) },
		"negative weight": func(w *sketch.Window) bool { return w.Add(noon, number(1), -time.Minute) },
		"weight":          func(w *sketch.Window) bool { return w.Add(noon, number(1), 290*365*24*time.Hour) },
		"no time":         func(w *sketch.Window) bool { return w.Add(time.Time{}, number(1), time.Minute) },
		"far future":      func(w *sketch.Window) bool { return w.Add(noon.AddDate(3000, 0, 0), number(1), time.Minute) },
		"no weight":       func(w *sketch.Window) bool { return !w.Add(noon, number(1), 0) },
		"negative fill":   func(w *sketch.Window) bool { return w.Fill(noon, noon.Add(time.Minute), number(-1)) },
		"fill too far":    func(w *sketch.Window) bool { return w.Fill(noon, noon.AddDate(3000, 0, 0), number(1)) },
		"empty fill":      func(w *sketch.Window) bool { return !w.Fill(noon.Add(time.Minute), noon, number(1)) },
	} {
		w := sketch.New(time.Hour)
		if add(w) {
			t.Errorf("%s: not as wanted", name)
		}
		if !w.IsEmpty(noon) {
			t.Errorf("%s: something was taken", name)
		}
	}
}

func TestClockJumps(t *testing.T) {
	w := sketch.New(time.Hour)
	mustAdd(t, w, noon, 7, 7, 7)
	if w.Add(noon.Add(-2*time.Hour), number(1), time.Minute) {
		t.Error("a sample from before the window was taken")
	}
	future := noon.AddDate(100, 0, 0)
	end := mustAdd(t, w, future, 5)
	mustHave(t, w, end, sketch.Stats{
		Observed: time.Minute, Start: future, End: end,
		Average: number(5), Maximum: number(5), Percentiles: numbers(5, 5, 5, 5),
	})
	mustHave(t, w, future, sketch.Stats{})
	if w.Stats(future.Add(time.Millisecond)).Observed == 0 {
		t.Error("a slot is not counted while a part of what it observed is before now")
	}
	if w.Add(noon, number(1), time.Minute) {
		t.Error("a sample from before the window was taken")
	}
}

func TestIsEmpty(t *testing.T) {
	w := sketch.New(time.Hour)
	if !w.IsEmpty(noon) {
		t.Error("new, but not empty")
	}
	end := mustAdd(t, w, noon, 1)
	if last := end.Add(time.Hour - time.Millisecond); w.IsEmpty(last) || w.Stats(last).Observed == 0 {
		t.Error("empty before the last sample has left")
	}
	if gone := end.Add(time.Hour); !w.IsEmpty(gone) || w.Stats(gone).Observed != 0 {
		t.Error("not empty when the last sample has left")
	}
}

// TestFill of a time for which a row had vanished.
func TestFill(t *testing.T) {
	w := sketch.New(24 * time.Hour)
	from := mustAdd(t, w, noon, 100)
	to := from.Add(19 * time.Minute)
	if !w.Fill(from, to, model.Sum{}) {
		t.Fatal("not taken")
	}
	mustHave(t, w, to, sketch.Stats{
		Observed: 20 * time.Minute, Start: noon, End: to,
		Average: number(5), Maximum: number(100), Percentiles: numbers(0, 0, 0, 100),
	})
	// Of years, no more than the window counts.
	to = to.AddDate(10, 0, 0)
	if !w.Fill(from, to, number(3)) {
		t.Fatal("not taken")
	}
	got := w.Stats(to, 50)
	slot := time.Duration(slotLength(w.Length())) * time.Millisecond
	if got.Observed != got.End.Sub(got.Start) || got.Observed < w.Length() || got.Observed > w.Length()+slot || got.Average != number(3) {
		t.Errorf("years of a constant are %+v", got)
	}
}

func TestResize(t *testing.T) {
	w := sketch.New(24 * time.Hour)
	end := noon
	for i := range int64(600) {
		end = mustAdd(t, w, end, i)
	}
	w.Resize(744 * time.Hour)
	if got := w.Stats(end); got.Observed != 10*time.Hour || got.Start != noon {
		t.Errorf("longer: %+v, want all", got)
	}
	// A slot of 744 hours is for 68 of them, and the last one began at 16:00.
	w.Resize(5 * time.Minute)
	if got := w.Stats(end); w.Length() != 5*time.Minute || got.Observed != 6*time.Hour || got.Start != end.Add(-6*time.Hour) {
		t.Errorf("shorter: %+v, want all that is in the long slot", got)
	}
	end = mustAdd(t, w, end, 1, 2, 3, 4, 5, 6)
	if got := w.Stats(end); got.Observed > 6*time.Minute || got.Maximum != number(6) {
		t.Errorf("later: %+v, want the new samples", got)
	}
}

// TestPieces: between two encodings, closed slots stay the same bytes.
func TestPieces(t *testing.T) {
	w, end := sketch.New(time.Hour), noon
	before := map[string]bool{}
	for i := range int64(90) {
		end = mustAdd(t, w, end, i*i)
		data, cuts := w.AppendPieces([]byte("head"), nil)
		if want := mustEncode(t, w); !slices.Equal(data[4:], want) {
			t.Fatalf("the pieces are %x, want %x", data[4:], want)
		}
		pieces, known, begin := map[string]bool{}, 0, 4
		for _, cut := range cuts {
			piece := string(data[begin:cut])
			if pieces[piece] = true; before[piece] {
				known++
			}
			begin = cut
		}
		if begin != len(data) || i > 0 && len(pieces)-known > 3 {
			t.Fatalf("after %d samples %d of %d pieces are as before, up to %d of %d bytes", i, known, len(pieces), begin, len(data))
		}
		before = pieces
	}
	if len(before) < 10 {
		t.Errorf("there are %d pieces", len(before))
	}
}

// TestMergeIsOverTime and does not sum.
func TestMergeIsOverTime(t *testing.T) {
	a, b := sketch.New(time.Hour), sketch.New(time.Hour)
	end := mustAdd(t, a, noon, 1, 1)
	mustAdd(t, b, noon, 3, 3)
	mustMerge(t, a, b)
	mustHave(t, a, end, sketch.Stats{
		Observed: 4 * time.Minute, Start: noon, End: end,
		Average: number(2), Maximum: number(3), Percentiles: numbers(1, 1, 3, 3),
	})
}

func TestMergeOfTooMuchWeight(t *testing.T) {
	a, b := sketch.New(time.Hour), sketch.New(time.Hour)
	const long = 200 * 365 * 24 * time.Hour
	if !a.Add(noon, number(1), long) || !b.Add(noon, number(2), long) {
		t.Fatal("not taken")
	}
	before := mustEncode(t, a)
	if a.Merge(b) || !slices.Equal(before, mustEncode(t, a)) {
		t.Error("taken")
	}
}

func TestDecodeErrors(t *testing.T) {
	w := sketch.New(time.Hour)
	mustAdd(t, w, noon, 5, 7, 9, 1, 2, 3, 4, 100)
	data := mustEncode(t, w)
	for i := range data {
		if _, _, err := sketch.Decode(data[:i]); err == nil {
			t.Errorf("%d bytes of %d are a window", i, len(data))
		}
	}
	// The slots in the wrong order.
	few := sketch.New(time.Hour)
	mustAdd(t, few, noon, 5)
	one := mustEncode(t, few)
	_, head := binary.Uvarint(one)
	twice := slices.Concat(one[:head], []byte{2}, one[head+1:], one[head+1:])
	if _, _, err := sketch.Decode(twice); err == nil || !strings.Contains(err.Error(), "begins before") {
		t.Errorf("a slot that stands twice: %v", err)
	}
}

// TestSize holds the memory of a day within its goal.
func TestSize(t *testing.T) {
	for _, load := range loads {
		values := load.day(rand.New(rand.NewPCG(1, 0)))
		for length, most := range map[time.Duration]int{time.Hour: 1600, 24 * time.Hour: 3500} {
			if load.name == "constant" || load.name == "zero" {
				most = 600
			}
			if size := windowOf(length, values, 50).Size(); size > most {
				t.Errorf("%s: %v take %d bytes, more than %d", load.name, length, size, most)
			}
		}
	}
}

func TestSteadyAddsDoNotAllocate(t *testing.T) {
	w, at := sketch.New(time.Hour), noon
	add := func() {
		for range 1000 {
			at = at.Add(resolution)
			w.Add(at, number(at.Unix()%600), resolution)
		}
	}
	add()
	if got := testing.AllocsPerRun(20, add) / 1000; got > 0.01 {
		t.Errorf("%.3f allocations an addition", got)
	}
}
