package sketch

import (
	"testing"
	"time"
)

// TestSlotsOfWindow holds for all windows that the API admits.
func TestSlotsOfWindow(t *testing.T) {
	for length := 5 * time.Minute; length <= 744*time.Hour; length += time.Minute {
		w := New(length)
		if slots := float64(w.length) / float64(w.slot); slots <= 8 || slots > slotsOfWindow {
			t.Errorf("%v has %.1f slots of %v", length, slots, milliseconds(w.slot))
		}
	}
}

// TestSlotsAreAligned to absolute time, so that windows can be merged and a
// longer slot holds shorter ones whole.
func TestSlotsAreAligned(t *testing.T) {
	w := New(time.Hour)
	for at := int64(1_800_000_000_001); at < 1_800_000_000_000+w.length; at += 7_777 {
		w.add(at, wide{lo: 1}, 1)
		if s := w.open; s.start%w.slot != 0 || s.end != s.start+w.slot || !s.holds(at) {
			t.Fatalf("%d went into the slot (%d, %d] of %d", at, s.start, s.end, w.slot)
		}
	}
	if got := len(slotSizes(w.closed)); got != 14 {
		t.Errorf("%d closed slots, want 14", got)
	}
}

func TestSampleOnBoundaryEndsItsSlot(t *testing.T) {
	w := New(5 * time.Minute)
	const boundary = 60_000 * grain
	w.add(boundary, wide{lo: 1}, 10)
	w.add(boundary+1, wide{lo: 1}, 1)
	closed, _ := mustUnpack(w.closed, nil)
	if closed.end != boundary || closed.weight != 10 || w.open.start != boundary || w.open.weight != 1 {
		t.Errorf("got %+v and %+v", closed, w.open)
	}
}
