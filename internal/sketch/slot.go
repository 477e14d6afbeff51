package sketch

import "slices"

// slot is what was observed in a stretch of time. All times are in Unix
// milliseconds; a stretch excludes its start and includes its end, as the time
// that a sample stands for ends with the sample.
type slot struct {
	// start and end say which samples belong here: by their ends. They are
	// multiples of grain.
	start, end int64
	// first and last enclose the time that the samples stand for; first may lie
	// before start.
	first, last int64
	// weight is that of all samples, in milliseconds.
	weight uint64
	// sum is that of value × weight.
	sum     wide
	maximum wide
	// cells are sorted by their numbers and not empty of weight.
	cells []cell
}

// holds tells whether a sample that ends at a time belongs to the slot.
func (s *slot) holds(at int64) bool { return s.start < at && at <= s.end }

func (s *slot) isEmpty() bool { return s.weight == 0 }

// add takes a sample that ends at a time.
func (s *slot) add(at int64, value wide, weight uint64) {
	s.observe(at-int64(weight), at)
	s.weight += weight
	s.sum = s.sum.plus(value.times(weight))
	if s.maximum.less(value) {
		s.maximum = value
	}
	s.addCell(newCell(cellOf(value), weight))
}

// observe widens the observed time. It comes before the weight is added.
func (s *slot) observe(first, last int64) {
	if s.isEmpty() {
		s.first, s.last = first, last
		return
	}
	s.first, s.last = min(s.first, first), max(s.last, last)
}

// addCell searches by halves: a slot has tens of cells, rarely hundreds.
func (s *slot) addCell(c cell) {
	number := c.number()
	low, high := 0, len(s.cells)
	for low < high {
		middle := int(uint(low+high) / 2)
		if s.cells[middle].number() < number {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(s.cells) && s.cells[low].number() == number {
		s.cells[low] += cell(c.weight())
		return
	}
	s.cells = slices.Insert(s.cells, low, c)
}

// merge takes all that other has observed, and its stretch of time, which must
// not start earlier.
func (s *slot) merge(other *slot) {
	s.end = max(s.end, other.end)
	s.observe(other.first, other.last)
	s.weight += other.weight
	s.sum = s.sum.plus(other.sum)
	s.maximum = larger(s.maximum, other.maximum)
	for _, c := range other.cells {
		s.addCell(c)
	}
}

// restart empties the slot for another stretch of time. It keeps the memory of
// the cells, unless most of it was not used.
func (s *slot) restart(start, end int64) {
	cells := s.cells[:0]
	if cap(cells) > 4*len(s.cells)+8 {
		cells = nil
	}
	*s = slot{start: start, end: end, cells: cells}
}
