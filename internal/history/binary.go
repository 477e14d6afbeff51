package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/usage-operator/usage-operator/internal/model"
)

// The encoding of a ring is a row of varints, the lowest seven bits first:
//
//	step                   in milliseconds
//	how many points at most, and how many there are
//	for each point:
//	  distance in steps    to the point before; of the first to 1970
//	  weight               in milliseconds
//	  for each resource, each as its high and its low 64 bits:
//	    maximum
//	    maximum × weight − sum
//
// The fields cannot contradict each other: no average is above its maximum. It
// does not carry a version: what it is stored in does.

var errMalformed = errors.New("malformed")

// AppendBinary appends the encoding of the ring to dst. It never fails.
func (r *Ring) AppendBinary(dst []byte) ([]byte, error) {
	for _, n := range []int64{r.step, int64(r.most), int64(len(r.points))} {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	var before int64
	for i := range r.points {
		p := &r.points[i]
		dst = binary.AppendUvarint(dst, uint64((p.start-before)/r.step))
		dst = p.appendAmounts(dst)
		before = p.start
	}
	return dst, nil
}

func (p *point) appendAmounts(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, p.weight)
	for r, maximum := range p.maxima {
		dst = appendSum(dst, maximum)
		dst = appendSum(dst, times(maximum, p.weight).Sub(p.sums[r]))
	}
	return dst
}

func appendSum(dst []byte, s model.Sum) []byte {
	hi, lo := s.Words()
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(hi)), lo)
}

// Decode reads a ring from the start of data and returns the rest. It takes
// whatever bytes: those that are no ring are an error.
func Decode(data []byte) (ring *Ring, rest []byte, err error) {
	d := decoder{rest: data}
	ring = &Ring{step: d.between(MinStep.Milliseconds(), MaxStep.Milliseconds()), most: int(d.between(1, MaxPoints))}
	count := d.between(0, int64(ring.most))
	if d.failed || ring.step%1000 != 0 {
		return nil, nil, fmt.Errorf("head of the history: %w", errMalformed)
	}
	for i := range count {
		if !d.point(ring) {
			return nil, nil, fmt.Errorf("point %d of %d of the history: %w", i, count, errMalformed)
		}
	}
	return ring, d.rest, nil
}

// decoder reads from rest until something is not as it must be.
type decoder struct {
	rest   []byte
	failed bool
}

// point reads the ring's next point, and tells whether it could.
func (d *decoder) point(ring *Ring) bool {
	var p point
	if n := len(ring.points); n == 0 {
		p.start = d.between(0, maxTime/ring.step) * ring.step
	} else {
		last := ring.points[0].start + int64(ring.most-1)*ring.step
		before := ring.points[n-1].start
		p.start = before + d.between(1, (last-before)/ring.step)*ring.step
	}
	p.weight = uint64(d.between(1, maxWeight))
	for r := range p.maxima {
		p.maxima[r], p.sums[r] = d.amounts(p.weight)
	}
	if d.failed || p.start >= maxTime || !areBounded(p.maxima) {
		return false
	}
	ring.points = append(ring.points, p)
	return true
}

// amounts reads a maximum and the sum beside it.
func (d *decoder) amounts(weight uint64) (maximum, sum model.Sum) {
	maximum, deficit := d.sum(), d.sum()
	most := times(maximum, weight)
	if deficit.Compare(most) > 0 {
		d.failed = true
	}
	return maximum, most.Sub(deficit)
}

func (d *decoder) sum() model.Sum {
	hi := d.between(0, math.MaxInt64)
	return model.SumOfWords(hi, d.number())
}

// between reads a number within bounds.
func (d *decoder) between(low, high int64) int64 {
	n := d.number()
	if high < low || n < uint64(low) || n > uint64(high) {
		d.failed = true
		return low
	}
	return int64(n)
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.failed = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}
