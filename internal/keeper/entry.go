package keeper

import (
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// entry is an owner and its checkpoint.
type entry struct {
	// writing is held during a write.
	writing sync.Mutex
	owner   Owner
	// rests tells that the owner is not in the engine, void that what it has there is
	// being dropped.
	rests, void bool
	plan        *selection.Plan
	hash        checkpoint.Hash
	// version is that of the stored object; "" while there is none.
	version string
	// due is when to write next, current when what is stored was last up to date.
	due, current time.Time
	// holds is what the stored object tells of; nil where that is not known.
	holds *mark
	// unsure is what was sent last, if nobody knows whether it was stored.
	unsure []byte
	// size is what is stored takes, in bytes, and omitted what did not fit.
	size    int
	omitted checkpoint.Omitted

	// What follows is guarded by writing. baseName is the object that what is stored
	// refers to, "" for none. base is nil where another is to be made.
	baseName string
	base     *checkpoint.Base
	// least is the smallest size of what was stored beside the base, and excess what
	// all that was stored took beyond that, added up.
	least, excess int
}

// isSpent tells whether it is time for another base: what has changed since was
// written again and again, and has cost as much as a base does.
func (e *entry) isSpent() bool { return e.base == nil || e.excess > e.base.Size() }

// mark tells snapshots apart. Clocks are adjusted, so that it is in seconds.
type mark struct {
	hash     checkpoint.Hash
	until    int64
	revision uint64
}

func markOf(s *usage.Snapshot, hash checkpoint.Hash) *mark {
	m := &mark{hash: hash, revision: s.Revision}
	if s.Total != nil {
		m.until = s.Total.Until.Unix()
	}
	return m
}

func (k *Keeper) entry(id usage.ID) *entry {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entries[id]
}

func (k *Keeper) isResting(e *entry) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return e.rests
}

func (k *Keeper) isVoid(e *entry) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return e.void
}

// incomplete is how many checkpoints leave something out.
func (k *Keeper) incomplete() (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range k.entries {
		if e.omitted != (checkpoint.Omitted{}) {
			n++
		}
	}
	return n
}

// oldest is the age of the oldest checkpoint of an owner that is followed.
func (k *Keeper) oldest() (age time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	for _, e := range k.entries {
		if !e.rests {
			age = max(age, now.Sub(e.current))
		}
	}
	return age
}
