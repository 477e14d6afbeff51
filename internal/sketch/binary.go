package sketch

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The encoding of a window is its length in milliseconds, the number of its
// slots and the packed slots, oldest first. It does not carry a version: what it
// is stored in does.

// AppendBinary appends the encoding of the window to dst. It never fails.
func (w *Window) AppendBinary(dst []byte) ([]byte, error) {
	dst, _ = w.AppendPieces(dst, nil)
	return dst, nil
}

// AppendPieces does as AppendBinary, and appends to cuts the lengths of dst at which
// the head and each slot end. A closed slot stays the same bytes until it leaves, so
// that of two encodings of a window, most pieces are the same.
func (w *Window) AppendPieces(dst []byte, cuts []int) ([]byte, []int) {
	sizes := slotSizes(w.closed)
	count := len(sizes)
	if !w.open.isEmpty() {
		count++
	}
	dst = binary.AppendUvarint(dst, uint64(w.length))
	dst = binary.AppendUvarint(dst, uint64(count))
	cuts = append(cuts, len(dst))
	for _, size := range sizes {
		cuts = append(cuts, cuts[len(cuts)-1]+size)
	}
	dst = append(dst, w.closed...)
	if !w.open.isEmpty() {
		dst = w.open.pack(dst)
		cuts = append(cuts, len(dst))
	}
	return dst, cuts
}

// slotSizes returns how many bytes each of packed slots takes.
func slotSizes(packed []byte) (sizes []int) {
	var space [128]cell
	for len(packed) > 0 {
		_, rest := mustUnpack(packed, space[:])
		sizes = append(sizes, len(packed)-len(rest))
		packed = rest
	}
	return sizes
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
