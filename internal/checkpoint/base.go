package checkpoint

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// Base is a checkpoint that stands alone and that later ones of its owner can refer
// to, so that what they have in common need not be written again. It keeps no more
// of it than where which piece is. It is immutable.
type Base struct {
	size   int
	digest digest
	// found are the places of its pieces, sorted by their hashes.
	found []place
}

// place is where a piece of a payload is.
type place struct {
	hash uint64
	at   int
}

func (p place) compare(other place) int {
	return cmp.Or(cmp.Compare(p.hash, other.hash), cmp.Compare(p.at, other.at))
}

// digest tells contents apart for sure.
type digest [16]byte

func digestOf(data []byte) digest {
	sum := sha256.Sum256(data)
	return digest(sum[:len(digest{})])
}

// EncodeBase does as Encode, for a checkpoint that later ones will refer to.
func EncodeBase(c *Content, limit int) (b *Base, data []byte, o Omitted, err error) {
	f, err := fit(c, limit, alone)
	if err != nil {
		return nil, nil, Omitted{}, err
	}
	b = &Base{size: len(f.data), digest: digestOf(f.data)}
	b.index(f.payload)
	return b, f.data, f.omitted, nil
}

func (b *Base) index(p *payload) {
	for x := range p.pieces() {
		b.found = append(b.found, place{x.hash, x.at})
	}
	slices.SortFunc(b.found, place.compare)
}

// Size is that of the checkpoint, in bytes.
func (b *Base) Size() int { return b.size }

// Encode returns a checkpoint of at most so many bytes beside the base, and what it
// leaves out for that. Without the base it is of no use.
func (b *Base) Encode(c *Content, limit int) (data []byte, o Omitted, err error) {
	f, err := fit(c, limit, func(p *payload) ([]byte, error) { return seal(continued, b.difference(p)) })
	return f.data, f.omitted, err
}

// find returns where the base has a piece: best where the last copy ended.
func (b *Base) find(x *piece, best int) (at int, found bool) {
	i, found := slices.BinarySearchFunc(b.found, place{x.hash, best}, place.compare)
	if !found {
		i, _ = slices.BinarySearchFunc(b.found, place{hash: x.hash}, place.compare)
	}
	if i == len(b.found) || b.found[i].hash != x.hash {
		return 0, false
	}
	return b.found[i].at, true
}

// join returns the payload of a checkpoint that refers to a base.
func join(difference, base []byte) ([]byte, error) {
	d := differenceReader{reader{rest: difference}}
	if want := d.digest(); base == nil || want != digestOf(base) {
		return nil, &Error{Corrupt, errors.New("the base that it refers to is not there")}
	}
	from, version, err := unseal(base)
	if err != nil {
		return nil, err
	}
	if version != whole {
		return nil, &Error{Corrupt, errors.New("its base does not stand alone")}
	}
	payload, err := d.payload(from)
	if err != nil {
		return nil, &Error{Corrupt, fmt.Errorf("what it has of its base: %w", err)}
	}
	return payload, nil
}
