package sketch

import (
	"slices"
	"time"
	"unsafe"

	"github.com/usage-operator/usage-operator/internal/model"
)

const (
	// grain is the length of the shortest slot, in milliseconds.
	grain = 30_000
	// slotsOfWindow is how many slots cover a window at most.
	slotsOfWindow = 16
	// maxSlots bounds what is decoded. At most one slot more than a window has
	// is in use, and edits of the window can leave some shorter ones.
	maxSlots = 64
	// maxLength is the length of the longest window: 15 years.
	maxLength = grain << 24
	// maxTime is the last time that a sample may have: in the year 4011. The
	// first is in 1970.
	maxTime = grain << 31
	// maxWeight bounds the weight of a window: 278 years, which a time.Duration
	// can hold. Times a value it is less than 2^123.
	maxWeight = 1<<43 - 1
)

// Window keeps statistics of the samples of a trailing window. See the package
// for what it promises. It must not be used concurrently.
type Window struct {
	// length and slot are those of the window and of a new slot.
	length, slot int64
	// weight is that of all slots.
	weight uint64
	// open is the newest slot, closed are all before it: packed, oldest first.
	open   slot
	closed []byte
}

// New returns an empty window of a length between 30 seconds and 15 years.
func New(length time.Duration) *Window {
	w := new(Window)
	w.setLength(length)
	return w
}

// setLength takes what is within the bounds, else the nearest.
func (w *Window) setLength(length time.Duration) {
	w.length = min(max(length.Milliseconds(), grain), maxLength)
	w.slot = grain
	for w.slot*slotsOfWindow < w.length {
		w.slot *= 2
	}
}

// Clone returns a copy that shares nothing with the window.
func (w *Window) Clone() *Window {
	c := *w
	c.closed, c.open.cells = slices.Clone(w.closed), slices.Clone(w.open.cells)
	return &c
}

// Length returns the length of the window.
func (w *Window) Length() time.Duration { return milliseconds(w.length) }

// Add takes a sample that stands for the time of its weight up to at, and counts
// by its weight. All of the weight goes to the slot of its end. Times are cut to
// milliseconds; a sample without weight is none.
//
// It returns false where the sample was not taken: because it is older than the
// window before the newest sample, is negative or beyond the bounds. A caller
// whose clock was set back by more than a window will want a new one.
func (w *Window) Add(at time.Time, value model.Sum, weight time.Duration) bool {
	v, ok := fromSum(value)
	return ok && w.add(at.UnixMilli(), v, weight.Milliseconds())
}

func (w *Window) add(at int64, value wide, weight int64) bool {
	if at < 1 || at > maxTime || weight < 0 || uint64(weight) > maxWeight-w.weight {
		return false
	}
	if weight == 0 {
		return true
	}
	if at > w.open.end {
		w.advance(at)
	}
	if !w.open.holds(at) {
		return w.addLate(at, value, uint64(weight))
	}
	w.open.add(at, value, uint64(weight))
	w.weight += uint64(weight)
	return true
}

// advance opens the slot of a time that is after the open slot.
func (w *Window) advance(at int64) {
	horizon := at - w.length
	w.forget(horizon)
	if w.open.end > horizon {
		w.close()
	} else {
		w.weight -= w.open.weight
	}
	w.open.restart(w.slotStart(at), w.slotEnd(at))
}

// slotStart and slotEnd bound the stretch of absolute time that a sample which
// ends at a time falls into.
func (w *Window) slotStart(at int64) int64 { return w.slotEnd(at) - w.slot }

func (w *Window) slotEnd(at int64) int64 { return (at + w.slot - 1) / w.slot * w.slot }

// forget lets the closed slots go that end before the horizon or at it. That is
// judged by the slot, not by its samples, so that windows which are merged have
// forgotten alike.
func (w *Window) forget(horizon int64) {
	var space [128]cell
	gone := w.closed
	for len(gone) > 0 {
		oldest, rest := mustUnpack(gone, space[:])
		if oldest.end > horizon {
			break
		}
		w.weight -= oldest.weight
		gone = rest
	}
	if dropped := len(w.closed) - len(gone); dropped > 0 {
		w.closed = slices.Delete(w.closed, 0, dropped)
	}
}

// close packs the open slot, if it has anything. In the steady state it goes
// where the oldest one was.
func (w *Window) close() {
	if w.open.isEmpty() {
		return
	}
	var space [512]byte
	packed := w.open.pack(space[:0])
	need := len(w.closed) + len(packed)
	if need > cap(w.closed) || 2*need+64 < cap(w.closed) {
		// A little more than is needed, since slots are not all of a size.
		w.closed = append(make([]byte, 0, need+need/8), w.closed...)
	}
	w.closed = append(w.closed, packed...)
}

// Fill adds a constant value from a time to another, as far back as the slots
// reach of the window that ends then. It costs as much as one sample for each
// slot, however long the time. It returns false where a part of it was not taken,
// as Add does.
func (w *Window) Fill(from, to time.Time, value model.Sum) bool {
	v, ok := fromSum(value)
	if !ok || to.UnixMilli() > maxTime {
		return false
	}
	last := to.UnixMilli()
	taken := true
	oldest := w.slotStart(last - w.length + 1)
	for begin := max(from.UnixMilli(), oldest, 0); begin < last; {
		end := min(w.slotEnd(begin+1), last)
		taken = w.add(end, v, end-begin) && taken
		begin = end
	}
	return taken
}

// IsEmpty tells whether nothing is left at a time.
func (w *Window) IsEmpty(now time.Time) bool {
	return w.open.isEmpty() || w.open.last <= now.UnixMilli()-w.length
}

// Size returns how many bytes of heap the window takes.
func (w *Window) Size() int {
	return int(unsafe.Sizeof(*w)) + cap(w.closed) + cap(w.open.cells)*int(unsafe.Sizeof(cell(0)))
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
