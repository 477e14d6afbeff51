package checkpoint

import (
	"encoding/binary"
	"errors"
)

// A difference is what makes a payload of that of a base:
//
//	digest of the base   16 bytes, of what is stored
//	digest               16 bytes, of the payload
//	size                 of the payload, as a varint
//	steps                until it has that size
//
// A step is a varint: twice a number of bytes, plus one where these are in the base.
// Then it is where they are, as the signed distance from the end of the last that
// were; else the bytes.
func (b *Base) difference(p *payload) []byte {
	sum := digestOf(p.bytes)
	w := differenceWriter{to: append(append([]byte(nil), b.digest[:]...), sum[:]...)}
	w.to = binary.AppendUvarint(w.to, uint64(len(p.bytes)))
	for x := range p.pieces() {
		if at, known := b.find(&x, w.from+w.copied); known && (!x.isShort() || w.continues(at)) {
			w.copy(at, len(x.bytes))
		} else {
			w.add(x.bytes)
		}
	}
	w.flush()
	return w.to
}

// differenceWriter joins pieces to steps. At most one of copied and added is not
// empty.
type differenceWriter struct {
	to []byte
	// from and copied are where the next bytes are in the base, and how many.
	from, copied int
	added        []byte
	// last is where the last copy ended.
	last int
}

// continues tells whether a place is where the last copy ends.
func (w *differenceWriter) continues(at int) bool { return w.copied > 0 && w.from+w.copied == at }

func (w *differenceWriter) copy(at, size int) {
	if !w.continues(at) {
		w.flush()
		w.from = at
	}
	w.copied += size
}

func (w *differenceWriter) add(piece []byte) {
	if w.copied > 0 {
		w.flush()
	}
	w.added = append(w.added, piece...)
}

func (w *differenceWriter) flush() {
	switch {
	case w.copied > 0:
		w.to = binary.AppendUvarint(w.to, uint64(w.copied)<<1|1)
		w.to = binary.AppendVarint(w.to, int64(w.from-w.last))
		w.last = w.from + w.copied
	case len(w.added) > 0:
		w.to = binary.AppendUvarint(w.to, uint64(len(w.added))<<1)
		w.to = append(w.to, w.added...)
	}
	w.copied, w.added = 0, w.added[:0]
}

// differenceReader takes whatever bytes.
type differenceReader struct{ reader }

func (r *differenceReader) digest() (d digest) {
	copy(d[:], r.bytes(len(d)))
	return d
}

// payload makes one of the base's. It never holds more than its size says.
func (r *differenceReader) payload(base []byte) (payload []byte, err error) {
	sum, size, last := r.digest(), r.count(maxPayload), 0
	for len(payload) < size && r.err == nil {
		var piece []byte
		piece, last = r.piece(base, last, size-len(payload))
		payload = append(payload, piece...)
	}
	switch {
	case r.err != nil:
		return nil, r.err
	case len(r.rest) > 0 || digestOf(payload) != sum:
		return nil, errors.New("it is not what was stored")
	}
	return payload, nil
}

// piece returns the next part of a payload, of so many bytes at most, and where in
// the base the one after it is looked for.
func (r *differenceReader) piece(base []byte, last, most int) (piece []byte, next int) {
	step := r.count(2*maxPayload + 1)
	length, copies, from := step>>1, step&1 == 1, r.rest
	if copies {
		last += int(r.distanceWithin(maxPayload))
		from = base[min(max(last, 0), len(base)):]
	}
	switch {
	case length == 0 || length > len(from) || length > most || last < 0:
		r.fail(errors.New("a step is beyond the bounds"))
		return nil, last
	case copies:
		return from[:length], last + length
	default:
		r.rest = r.rest[length:]
		return from[:length], last
	}
}

// distanceWithin reads a number of at most so many, before or after 0.
func (r *differenceReader) distanceWithin(most int64) int64 {
	n := r.varint()
	if n > most || n < -most {
		r.fail(errors.New("a place is beyond the bounds"))
		return 0
	}
	return n
}
