package sketch_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// FuzzDecode takes whatever bytes. What is a window is consistent, encodes to
// what decodes to the same, and lives on.
func FuzzDecode(f *testing.F) {
	for _, w := range someWindows() {
		data, err := w.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, rest, err := sketch.Decode(data)
		if err != nil {
			return
		}
		if most := 1000 + 64*(len(data)-len(rest)); w.Size() > most {
			t.Errorf("%d bytes became %d", len(data), w.Size())
		}
		mustBeConsistent(t, w)
		again := decoded(t, w)
		if want, got := mustEncode(t, w), mustEncode(t, again); !slices.Equal(want, got) {
			t.Errorf("%x decodes to %x", want, got)
		}
		for _, length := range lengths {
			w.Resize(length)
			w.Merge(again)
			mustBeConsistent(t, decoded(t, w))
		}
	})
}

// mustBeConsistent looks at all that a window has and at what is left a little
// later.
func mustBeConsistent(t *testing.T, w *sketch.Window) {
	t.Helper()
	s := w.Stats(time.UnixMilli(1<<46), percents...)
	if s.Observed != 0 {
		s = w.Stats(s.End, percents...)
	}
	for _, now := range []time.Time{s.End, s.End.Add(w.Length() / 2), s.Start, {}} {
		s := w.Stats(now, percents...)
		if s.Observed == 0 {
			if !s.Start.IsZero() || !s.Maximum.IsZero() {
				t.Fatalf("nothing observed, but %v", s)
			}
			continue
		}
		if s.Observed < 0 || !s.Start.Before(s.End) || s.Average.Compare(s.Maximum) > 0 || s.Average.Compare(model.Sum{}) < 0 {
			t.Fatalf("inconsistent: %v", s)
		}
		if !slices.IsSortedFunc(s.Percentiles, model.Sum.Compare) || s.Percentiles[len(percents)-1] != s.Maximum && s.Percentiles[len(percents)-1].Compare(s.Maximum) > 0 {
			t.Fatalf("percentiles %v of a maximum of %v", s.Percentiles, s.Maximum)
		}
	}
}

// FuzzOperations does whatever to a window, at whatever times.
func FuzzOperations(f *testing.F) {
	random := make([]byte, 0, 900)
	for i := range cap(random) {
		random = append(random, byte(i*i>>3))
	}
	f.Add(random)
	f.Add([]byte{0, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, operations []byte) {
		w, now := sketch.New(time.Hour), int64(1_800_000_000_000)
		for len(operations) >= 18 {
			now = operate(w, now, operations[0], int64(binary.LittleEndian.Uint64(operations[1:])), binary.LittleEndian.Uint64(operations[9:]))
			operations = operations[18:]
			if size := w.Size(); size > 1<<20 {
				t.Fatalf("grew to %d bytes", size)
			}
		}
		mustBeConsistent(t, w)
		mustBeConsistent(t, decoded(t, w))
	})
}

func operate(w *sketch.Window, now int64, operation byte, a int64, b uint64) int64 {
	near, value := now+a%100_000, model.SumOfWords(0, b)
	switch operation % 8 {
	case 0: // any time, weight and value
		w.Add(time.UnixMilli(a), model.SumOfWords(a>>40, b), time.Duration(b))
	case 1:
		w.Fill(time.UnixMilli(now), time.UnixMilli(a), value)
	case 2:
		w.Resize(time.Duration(a))
	case 3:
		w.Resize(lengths[b%uint64(len(lengths))])
	case 4:
		other := sketch.New(time.Duration(a))
		other.Fill(time.UnixMilli(near), time.UnixMilli(now), value)
		w.Merge(other)
	default:
		w.Add(time.UnixMilli(near), value, time.Duration(b%1e11))
		return near
	}
	return now
}

// someWindows are of some kinds, for a fuzzer to start from.
func someWindows() (windows []*sketch.Window) {
	for _, shape := range shapes {
		w := newWalk(shape, 1)
		for range 100 {
			s := w.sample()
			w.window.Add(time.UnixMilli(s.to), s.value, time.Duration(s.to-s.from)*time.Millisecond)
		}
		windows = append(windows, w.window)
	}
	return append(windows, sketch.New(time.Hour))
}
