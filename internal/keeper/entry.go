package keeper

import (
	"fmt"
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// entry is a report and its checkpoint.
type entry struct {
	// writing is held during a write.
	writing sync.Mutex
	owner   v1alpha1.CheckpointOwner
	// rests tells that the report is not in the engine.
	rests bool
	plan  *selection.Plan
	hash  checkpoint.Hash
	// version is that of the stored object; "" while there is none.
	version string
	// due is when to write next, current when what is stored was last up to date.
	due, current time.Time
	// holds is what the stored object tells of.
	holds mark
	// unsure is what was sent last, if nobody knows whether it was stored.
	unsure []byte
}

// mark tells snapshots apart. Clocks are adjusted, so that it is in seconds.
type mark struct {
	hash  checkpoint.Hash
	until int64
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

// oldest is the age of the oldest checkpoint of a report that is followed.
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

func ownerOf(id usage.ID, uid string) v1alpha1.CheckpointOwner {
	return v1alpha1.CheckpointOwner{Kind: id.Kind, Namespace: id.Namespace, Name: id.Name, UID: uid}
}

func ownerName(o *v1alpha1.CheckpointOwner) string {
	return fmt.Sprintf("%s %s/%s", o.Kind, o.Namespace, o.Name)
}
