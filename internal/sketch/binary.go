package sketch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// The encoding of a window is its length in milliseconds, the number of its
// slots and the packed slots, oldest first. It does not carry a version: what it
// is stored in does.

// AppendBinary appends the encoding of the window to dst. It never fails.
func (w *Window) AppendBinary(dst []byte) ([]byte, error) {
	return w.appendSlots(dst, w.closed, true), nil
}

// AppendClosed appends the encoding of a window of only those closed slots that
// are for a time later than after. With AppendOpen it lets a checkpoint store
// what is closed once. Merge puts the parts together again.
//
// Resize and Merge change closed slots, and so does a sample that is older than
// ClosedUntil: what is stored then tells of the time before.
func (w *Window) AppendClosed(dst []byte, after time.Time) []byte {
	rest := w.closed
	for len(rest) > 0 {
		s, next := mustUnpack(rest, nil)
		if s.end > after.UnixMilli() {
			break
		}
		rest = next
	}
	return w.appendSlots(dst, rest, false)
}

// AppendOpen appends the encoding of a window of only the open slot.
func (w *Window) AppendOpen(dst []byte) []byte {
	return w.appendSlots(dst, nil, true)
}

// ClosedUntil returns the end of the newest closed slot, which no newer sample
// changes any more; the zero time where there is none.
func (w *Window) ClosedUntil() (end time.Time) {
	for rest := w.closed; len(rest) > 0; {
		var s slot
		s, rest = mustUnpack(rest, nil)
		end = time.UnixMilli(s.end).UTC()
	}
	return end
}

func (w *Window) appendSlots(dst, closed []byte, open bool) []byte {
	count := countSlots(closed)
	open = open && !w.open.isEmpty()
	if open {
		count++
	}
	dst = binary.AppendUvarint(dst, uint64(w.length))
	dst = binary.AppendUvarint(dst, uint64(count))
	dst = append(dst, closed...)
	if open {
		dst = w.open.pack(dst)
	}
	return dst
}

func countSlots(packed []byte) (count int) {
	for len(packed) > 0 {
		_, packed = mustUnpack(packed, nil)
		count++
	}
	return count
}

// Decode reads a window from the start of data and returns the rest. It takes
// whatever bytes: those that are no window are an error, and the memory
// that it takes is bounded by their number.
func Decode(data []byte) (w *Window, rest []byte, err error) {
	r := reader{rest: data}
	length := int64(r.number(maxLength))
	count := int(r.number(maxSlots))
	if r.failed || length < grain {
		return nil, nil, fmt.Errorf("head of the window: %w", errMalformed)
	}
	all, rest, err := unpackAll(r.rest, count)
	if err != nil {
		return nil, nil, err
	}
	w = New(milliseconds(length))
	w.setSlots(all)
	return w, rest, nil
}

func unpackAll(data []byte, count int) (all []slot, rest []byte, err error) {
	var weight uint64
	var end int64
	for i := range count {
		var s slot
		if s, data, err = unpack(data, nil); err != nil {
			return nil, nil, fmt.Errorf("slot %d of %d: %w", i, count, err)
		}
		if s.start < end {
			return nil, nil, fmt.Errorf("slot %d of %d: %w", i, count, errOrder)
		}
		if s.weight > maxWeight-weight {
			return nil, nil, fmt.Errorf("slot %d of %d: %w", i, count, errWeight)
		}
		weight, end = weight+s.weight, s.end
		all = append(all, s)
	}
	return all, data, nil
}

var (
	errOrder  = errors.New("begins before the one before it ends")
	errWeight = errors.New("weighs too much")
)
