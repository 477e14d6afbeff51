package keeper

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// DefaultInterval is how much a kill can cost.
	DefaultInterval = 5 * time.Minute
	// DefaultBytesPerSecond is what 1,000 reports of 20 rows over a day take.
	DefaultBytesPerSecond = 128 << 10
	// maxTotal bounds all checkpoints together: in base64, 128 MiB of etcd.
	maxTotal = 96 << 20
)

// Source holds the memory of the owners.
type Source interface {
	// Snapshot returns what an owner with a plan remembers, false where it is not
	// known, or has another plan.
	Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool)
	// Drop forgets what an owner remembers.
	Drop(id usage.ID)
}

// Options say where and how often to write.
type Options struct {
	// Namespace is the operator's own.
	Namespace string
	// Namespaces are the only ones that the operator may see; nil is the whole cluster.
	Namespaces []string
	// Interval is between two writes of a checkpoint.
	Interval       time.Duration
	BytesPerSecond int
}

// Keeper keeps the checkpoints of all owners. It is safe for concurrent use.
type Keeper struct {
	store store
	// owners is a cached client.
	owners client.Reader
	kinds  []Kind
	source Source
	// namespaces are those of Options.
	namespaces []string
	clock      clock.WithTicker
	log        logr.Logger
	interval   time.Duration
	budget     *budget.Budget
	metrics    *metrics

	mu      sync.Mutex
	entries map[usage.ID]*entry
	// doomed are the UIDs of owners that are gone, whose checkpoints are not.
	doomed map[string]doom
	// listeners hear of owners that have to begin again, by their kinds.
	listeners map[string]func(usage.ID)
	// orphans are called before a checkpoint without an owner is deleted, by its
	// kind.
	orphans map[string]Orphan
}

// doom is how an owner has gone.
type doom uint8

const (
	// forgotten owners were let go by their controllers.
	forgotten doom = iota
	// orphaned checkpoints lost their owners unnoticed.
	orphaned
)

// New returns a keeper without owners. The client must not have a cache, the reader
// of owners should.
func New(c client.Client, owners client.Reader, kinds []Kind, source Source, clock clock.WithTicker, log logr.Logger, o Options) *Keeper {
	k := &Keeper{
		store: store{client: c, namespace: o.Namespace}, owners: owners, kinds: kinds, source: source, clock: clock, log: log,
		namespaces: o.Namespaces, interval: o.Interval, budget: budget.New(o.BytesPerSecond),
		entries: map[usage.ID]*entry{}, doomed: map[string]doom{}, listeners: map[string]func(usage.ID){}, orphans: map[string]Orphan{},
	}
	k.metrics = newMetrics(k)
	return k
}

// OnReload calls f with each owner of a kind that has to begin again.
func (k *Keeper) OnReload(kind string, f func(usage.ID)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.listeners[kind] = f
}

// OnOrphan calls f before the checkpoint of an owner of a kind is deleted that went
// unnoticed: while no operator ran, or when another took its name.
func (k *Keeper) OnOrphan(kind string, f Orphan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.orphans[kind] = f
}

// Park must be called before an owner leaves the engine for a while. It stores what
// the owner remembers.
func (k *Keeper) Park(ctx context.Context, o Owner) {
	e := k.entry(o.ID)
	if e == nil || e.owner.UID != o.UID {
		k.set(&entry{owner: o, rests: true})
		return
	}
	if k.isResting(e) {
		return
	}
	if _, err := k.write(ctx, e, false); isNews(err) {
		k.log.Error(err, "An owner rests, and what it did since its last checkpoint is lost", "owner", o.ID)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	e.rests = true
	k.budget.Leave(o.ID)
}

// Save stores now what an owner remembers that was resumed. It does not wait for
// the budget. Without an error, all that the owner remembered when it was called is
// stored. ErrSuperseded tells that another operator has stored something else.
func (k *Keeper) Save(ctx context.Context, id usage.ID) error {
	e := k.entry(id)
	if e == nil || k.isResting(e) {
		return fmt.Errorf("saving %v: it was not resumed", id)
	}
	_, err := k.write(ctx, e, false)
	return err
}

// Forget deletes the checkpoint of an owner that is gone. What one that rests has
// left to be done lies there alone, so that it is as if that had gone unnoticed.
func (k *Keeper) Forget(id usage.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[id]
	if !ok {
		return
	}
	if k.doomed[e.owner.UID] = forgotten; e.rests {
		k.doomed[e.owner.UID] = orphaned
	}
	delete(k.entries, id)
	k.budget.Leave(id)
}
