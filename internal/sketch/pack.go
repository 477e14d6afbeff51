package sketch

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// A packed slot is a row of varints, the lowest seven bits first:
//
//	start              in grains since 1970
//	end − start        in grains
//	end − last         in milliseconds
//	last − first       in milliseconds
//	maximum
//	maximum × weight − sum
//	number of cells
//	unit               the greatest common divisor of the cells' weights
//	weight of the topmost cell ÷ unit; it is that of the maximum
//	for each cell further down: the distance to it, its weight ÷ unit
//
// The fields cannot contradict each other: what follows from the rest is not
// written. A constant takes about 25 bytes.

// pack appends the slot to dst.
func (s *slot) pack(dst []byte) []byte {
	unit := s.unit()
	top := len(s.cells) - 1
	dst = binary.AppendUvarint(dst, uint64(s.start/grain))
	dst = binary.AppendUvarint(dst, uint64((s.end-s.start)/grain))
	dst = binary.AppendUvarint(dst, uint64(s.end-s.last))
	dst = binary.AppendUvarint(dst, uint64(s.last-s.first))
	dst = appendWide(dst, s.maximum)
	dst = appendWide(dst, s.maximum.times(s.weight).minus(s.sum))
	dst = binary.AppendUvarint(dst, uint64(len(s.cells)))
	dst = binary.AppendUvarint(dst, unit)
	dst = binary.AppendUvarint(dst, s.cells[top].weight()/unit)
	for i := top - 1; i >= 0; i-- {
		dst = binary.AppendUvarint(dst, uint64(s.cells[i+1].number()-s.cells[i].number()))
		dst = binary.AppendUvarint(dst, s.cells[i].weight()/unit)
	}
	return dst
}

// unit is what the weights have in common: the resolution, mostly, and then they
// are written as small counts.
func (s *slot) unit() uint64 {
	var unit uint64
	for _, c := range s.cells {
		for a := c.weight(); a != 0; {
			unit, a = a, unit%a
		}
		if unit == 1 {
			break
		}
	}
	return unit
}

func appendWide(dst []byte, v wide) []byte {
	for v.hi != 0 {
		dst = append(dst, byte(v.lo)|0x80)
		v = v.shiftedRight(7)
	}
	return binary.AppendUvarint(dst, v.lo)
}

// unpack reads a slot from the start of packed and returns the rest. The cells
// take the place of those in space, which may be nil. It is a function of values
// so that space can be on the stack.
func unpack(packed []byte, space []cell) (s slot, rest []byte, err error) {
	r := reader{rest: packed}
	s.readTimes(&r)
	s.maximum = r.wide()
	deficit := r.wide()
	if r.failed || s.maximum.bitLen() > valueBits {
		return slot{}, nil, errMalformed
	}
	s.cells, s.weight = r.cells(cellOf(s.maximum), space[:0])
	whole := s.maximum.times(s.weight)
	if r.failed || whole.less(deficit) {
		return slot{}, nil, errMalformed
	}
	s.sum = whole.minus(deficit)
	return s, r.rest, nil
}

// mustUnpack unpacks what was packed here or has been checked by Decode.
func mustUnpack(packed []byte, space []cell) (s slot, rest []byte) {
	s, rest, err := unpack(packed, space)
	if err != nil {
		panic("sketch: " + err.Error())
	}
	return s, rest
}

// readTimes bounds each field before it computes with it.
func (s *slot) readTimes(r *reader) {
	s.start = int64(r.number(maxTime/grain)) * grain
	s.end = s.start + int64(r.number(2*maxTime/grain))*grain
	s.last = s.end - int64(r.number(2*maxTime))
	s.first = s.last - int64(r.number(maxTime+maxWeight))
	if s.last > maxTime || !s.holds(s.last) || s.first >= s.last {
		r.failed = true
	}
}

var errMalformed = errors.New("malformed statistics")

// reader reads varints. Once it has failed, it reads zeros.
type reader struct {
	rest   []byte
	failed bool
}

// number reads one that is at most limit.
func (r *reader) number(limit uint64) uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 && uint64(r.rest[0]) <= limit {
		n := r.rest[0]
		r.rest = r.rest[1:]
		return uint64(n)
	}
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > limit {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// wide reads one of at most 126 bits.
func (r *reader) wide() (v wide) {
	for i, b := range r.rest {
		if i == 18 {
			break
		}
		v = v.plus(wide{lo: uint64(b & 0x7f)}.shiftedLeft(uint(7 * i)))
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return v
		}
	}
	r.failed, r.rest = true, nil
	return wide{}
}

// cells reads cells from the top down, appends them to cells in their order and
// returns what they weigh.
func (r *reader) cells(top uint16, cells []cell) (sorted []cell, weight uint64) {
	count := int(r.number(cellCount))
	unit := r.number(maxWeight)
	for number := top; len(cells) < count; {
		if len(cells) > 0 {
			distance := uint16(r.number(uint64(number)))
			r.failed = r.failed || distance == 0
			number -= distance
		}
		over, w := bits.Mul64(unit, r.number(maxWeight))
		if r.failed || over != 0 || w == 0 || w > maxWeight-weight {
			break
		}
		weight += w
		cells = append(cells, newCell(number, w))
	}
	if count == 0 || len(cells) != count {
		r.failed = true
	}
	slices.Reverse(cells)
	return cells, weight
}
