package keeper

import (
	"errors"
	"math"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
)

// smallest is the least size of a checkpoint, in bytes, that is worth a base: two
// objects cost more than one.
const smallest = 2 << 10

// draft is a checkpoint that is to be written.
type draft struct {
	stored
	// mark is what it tells of.
	mark *mark
	// onto is the base that it refers to; nil for none. Where that is still to be
	// written, baseData is not nil, and base, its name, is "" until then.
	onto    *checkpoint.Base
	omitted checkpoint.Omitted
}

// size is what of it is to be written, in bytes.
func (x *draft) size() int { return len(x.data) + len(x.baseData) }

// takes is what it takes once it is stored, in bytes.
func (x *draft) takes() int {
	if x.onto == nil {
		return len(x.data)
	}
	return len(x.data) + x.onto.Size()
}

// compose encodes what an owner remembers. It returns nil where that is stored
// already.
func (k *Keeper) compose(e *entry) (*draft, error) {
	k.mu.Lock()
	x := &draft{stored: stored{owner: e.owner, version: e.version}}
	plan, hash, holds, limit := e.plan, e.hash, e.holds, k.limit(e)
	k.mu.Unlock()
	s, ok := k.source.Snapshot(e.owner.ID, plan)
	if !ok || s.Total == nil && len(s.Sections) == 0 {
		return nil, errAbsent
	}
	if x.mark = markOf(s, hash); holds != nil && *x.mark == *holds {
		return nil, nil //nolint:nilnil // there is nothing to do, which is no error
	}
	err := x.encode(e, &checkpoint.Content{Owner: e.owner.UID, Hash: hash, Snapshot: s}, limit)
	if err != nil {
		k.metrics.failed(tooLarge)
		k.log.Error(err, "An owner has no checkpoint", "owner", e.owner.ID)
		return nil, errors.Join(errTooLarge, err)
	}
	return x, nil
}

// encode writes what is not in the base of before, or makes another base. That has
// three quarters of the room: the rest is for what comes after it.
func (x *draft) encode(e *entry, c *checkpoint.Content, limit int) (err error) {
	if !e.isSpent() {
		if x.data, x.omitted, err = e.base.Encode(c, limit-e.base.Size()); err == nil {
			x.base, x.onto = e.baseName, e.base
			return nil
		}
	}
	base, data, omitted, err := checkpoint.EncodeBase(c, limit-limit/4)
	if err != nil || len(data) < smallest {
		x.data, x.omitted = data, omitted
		return err
	}
	x.onto, x.baseData = base, data
	x.data, x.omitted, err = base.Encode(c, limit-base.Size())
	return err
}

// accept takes note of the base of what was stored. Just after the base nothing has
// changed, which tells nothing of what will.
func (e *entry) accept(x *draft) {
	if e.base != x.onto {
		e.base, e.baseName, e.least, e.excess = x.onto, x.base, math.MaxInt, 0
	} else if x.onto != nil {
		e.least = min(e.least, len(x.data))
		e.excess += len(x.data) - e.least
	}
}

// limit is what the checkpoint of an owner may take: what is left of all, at least
// its share, and no more than its kind may. Where one has more than that, it has less
// after the next time.
func (k *Keeper) limit(e *entry) int {
	left := maxTotal
	for _, other := range k.entries {
		if other != e {
			left -= other.size
		}
	}
	most := max(left, k.share(e.owner.Namespace))
	for i := range k.kinds {
		if k.kinds[i].Name == e.owner.Kind {
			most = min(most, k.kinds[i].MaxBytes)
		}
	}
	return most
}

// share is what an owner may take whatever the others do: an equal part of what its
// namespace may, which is an equal part of all. So whoever can create a thousand in
// one namespace takes nothing from another.
func (k *Keeper) share(namespace string) int {
	owners, namespaces := 0, map[string]bool{namespace: true}
	for id := range k.entries {
		namespaces[id.Namespace] = true
		if id.Namespace == namespace {
			owners++
		}
	}
	return maxTotal / len(namespaces) / max(owners, 1)
}
