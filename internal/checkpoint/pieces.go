package checkpoint

import (
	"hash/maphash"
	"iter"
)

const (
	// rareness is how many bytes a piece of a section has on the average, beyond
	// shortest.
	rareness = 32
	// shortest is the least size of a piece that is worth to be found again: to refer
	// to it takes some bytes, too. A shorter one is found behind the piece before it
	// only.
	shortest = 8
)

// breaks cuts data where the bytes before a place have a rare sum, so that the cuts
// move with the content when something is put in or left out before it.
func breaks(data []byte) (cuts []int) {
	var sum uint32
	last := 0
	for i, b := range data {
		// Each byte is shifted out after 32 others.
		sum = sum<<1 + uint32(b)*0x9e3779b1
		if i+1-last >= shortest && sum>>16%rareness == 0 {
			last = i + 1
			cuts = append(cuts, last)
		}
	}
	return cuts
}

// piece is a part of a payload.
type piece struct {
	at    int
	bytes []byte
	// hash tells pieces apart within this process.
	hash uint64
}

func (p *piece) isShort() bool { return len(p.bytes) < shortest }

// seed is of this process: nobody can make up two pieces of the same hash.
var seed = maphash.MakeSeed()

// pieces are those of the payload, in their order.
func (p *payload) pieces() iter.Seq[piece] {
	return func(yield func(piece) bool) {
		begin, before := 0, 0
		for _, end := range append(p.cuts, len(p.bytes)) {
			if end == begin {
				continue
			}
			x := piece{at: begin, bytes: p.bytes[begin:end]}
			if x.hash = maphash.Bytes(seed, x.bytes); x.isShort() {
				x.hash = maphash.Bytes(seed, p.bytes[before:end])
			}
			if !yield(x) {
				return
			}
			before, begin = begin, end
		}
	}
}
