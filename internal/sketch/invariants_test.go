package sketch

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// TestInvariants does whatever is allowed, and looks inside.
func TestInvariants(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 0))
		w, now := New(time.Hour), int64(1_800_000_000_000)
		for range 300 {
			now = disturb(w, now, random)
			mustHold(t, w)
		}
	}
}

func disturb(w *Window, now int64, random *rand.Rand) int64 {
	length := 5 * time.Minute << random.IntN(13)
	switch random.IntN(12) {
	case 0:
		w.Resize(length)
	case 1:
		other := New(length)
		for range 20 {
			other.add(now-random.Int64N(w.length), wide{lo: random.Uint64N(9)}, 1000)
		}
		w.Merge(other)
	case 2:
		w.add(now-random.Int64N(2*w.length), wide{lo: random.Uint64N(9)}, 1000)
	case 3:
		return now + random.Int64N(w.length*2)
	default:
		now += random.Int64N(w.slot)
		w.add(now, wide{lo: random.Uint64N(9)}, 1000)
	}
	return now
}

func mustHold(t *testing.T, w *Window) {
	t.Helper()
	all := w.slots()
	if most := 2*slotsOfWindow + 2; len(all) > most {
		t.Fatalf("%d slots, want at most %d", len(all), most)
	}
	var end int64
	var weight uint64
	for _, s := range all {
		if s.start < end || s.start >= s.end || !s.holds(s.last) || s.start%grain != 0 || s.end%grain != 0 {
			t.Fatalf("slot %+v after %d", s, end)
		}
		// At the time of the first sample in the open slot, none had left.
		if s.end <= w.open.start-w.length {
			t.Fatalf("the slot until %d is kept in %d", s.end, w.open.start)
		}
		end, weight = s.end, weight+s.weight
	}
	if weight != w.weight {
		t.Fatalf("weight %d, want %d", w.weight, weight)
	}
}

// TestMemoryOfBurstIsReturned: a row that was wild for a while becomes as small
// again as it was.
func TestMemoryOfBurstIsReturned(t *testing.T) {
	w, now := New(time.Hour), int64(1_800_000_000_000)
	quiet := func() {
		for range 600 {
			now += 15_000
			w.add(now, wide{lo: 7}, 15_000)
		}
	}
	quiet()
	before := w.Size()
	for i := range 600 {
		now += 1_000
		w.add(now, bounds[i*4], 1_000)
	}
	if w.Size() < 2*before {
		t.Fatalf("%d bytes became only %d", before, w.Size())
	}
	quiet()
	if after := w.Size(); after > before+200 {
		t.Errorf("%d bytes are left, before were %d", after, before)
	}
}

// hostile is a window of an hour with one slot, in varints.
type hostile struct {
	length, slots                   uint64
	start, length1, toLast, toFirst uint64
	maximum, deficit                []byte
	cells, unit, top                uint64
	more                            []uint64
}

func harmless() hostile {
	return hostile{
		length: 3_600_000, slots: 1,
		start: 1000, length1: 8, toLast: 10, toFirst: 20_000,
		maximum: []byte{100}, deficit: []byte{0},
		cells: 2, unit: 1000, top: 9, more: []uint64{3, 4},
	}
}

func (h hostile) encoded() (data []byte) {
	for _, n := range []uint64{h.length, h.slots} {
		data = binary.AppendUvarint(data, n)
	}
	for range h.slots {
		for _, n := range []uint64{h.start, h.length1, h.toLast, h.toFirst} {
			data = binary.AppendUvarint(data, n)
		}
		data = append(append(data, h.maximum...), h.deficit...)
		for _, n := range append([]uint64{h.cells, h.unit, h.top}, h.more...) {
			data = binary.AppendUvarint(data, n)
		}
		h.start += h.length1
	}
	return data
}

func TestDecodeHostile(t *testing.T) {
	if _, rest, err := Decode(harmless().encoded()); err != nil || len(rest) > 0 {
		t.Fatalf("what is harmless: %v, %d bytes left", err, len(rest))
	}
	for name, c := range map[string]struct {
		spoil func(*hostile)
		want  error
	}{
		"short window":       {func(h *hostile) { h.length = grain - 1 }, errMalformed},
		"long window":        {func(h *hostile) { h.length = maxLength + 1 }, errMalformed},
		"many slots":         {func(h *hostile) { h.slots = maxSlots + 1 }, errMalformed},
		"slot of no length":  {func(h *hostile) { h.length1 = 0 }, errMalformed},
		"far future":         {func(h *hostile) { h.start, h.length1 = maxTime/grain, 1 }, errMalformed},
		"last before start":  {func(h *hostile) { h.toLast = 8 * grain }, errMalformed},
		"no time observed":   {func(h *hostile) { h.toFirst = 0 }, errMalformed},
		"large maximum":      {func(h *hostile) { h.maximum = appendWide(nil, wide{hi: 1 << 16}) }, errMalformed},
		"endless maximum":    {func(h *hostile) { h.maximum = append(appendWide(nil, wide{hi: 1 << 62}), 0) }, errMalformed},
		"padded sum":         {func(h *hostile) { h.deficit = append(bytesOf(0x80, 18), 0) }, errMalformed},
		"negative sum":       {func(h *hostile) { h.deficit = appendWide(nil, wide{lo: 100*13_000 + 1}) }, errMalformed},
		"no cells":           {func(h *hostile) { h.cells, h.more = 0, nil }, errMalformed},
		"many cells":         {func(h *hostile) { h.cells = cellCount + 1 }, errMalformed},
		"no unit":            {func(h *hostile) { h.unit = 0 }, errMalformed},
		"cell of no weight":  {func(h *hostile) { h.more[1] = 0 }, errMalformed},
		"cell twice":         {func(h *hostile) { h.more[0] = 0 }, errMalformed},
		"cell below zero":    {func(h *hostile) { h.more[0] = 101 }, errMalformed},
		"heavy cell":         {func(h *hostile) { h.unit, h.top = 1<<30, 1<<14 }, errMalformed},
		"heavy beyond words": {func(h *hostile) { h.unit, h.top = 1<<32+1, 1<<32 }, errMalformed},
		"heavy cells":        {func(h *hostile) { h.unit, h.top, h.more[1] = 1, maxWeight, 1 }, errMalformed},
		"heavy slots":        {func(h *hostile) { h.slots, h.unit, h.top = 2, 1, maxWeight/2+1 }, errWeight},
	} {
		h := harmless()
		c.spoil(&h)
		if _, _, err := Decode(h.encoded()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func bytesOf(b byte, count int) (all []byte) {
	for range count {
		all = append(all, b)
	}
	return all
}
