package keeper

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
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

// Source holds the memory of the reports.
type Source interface {
	Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool)
	Drop(id usage.ID)
}

// Options say where and how often to write.
type Options struct {
	// Namespace is the operator's own.
	Namespace string
	// Interval is between two writes of a checkpoint.
	Interval       time.Duration
	BytesPerSecond int
}

// Keeper keeps the checkpoints of all reports. It is safe for concurrent use.
type Keeper struct {
	store store
	// reports is a cached client.
	reports  client.Reader
	source   Source
	clock    clock.WithTicker
	log      logr.Logger
	interval time.Duration
	budget   *budget.Budget
	metrics  metrics

	mu      sync.Mutex
	entries map[usage.ID]*entry
	// doomed are the UIDs of reports that are gone, whose checkpoints are not.
	doomed map[string]bool
	// listeners hear of reports that have to begin again, by their kinds.
	listeners map[string]func(usage.ID)
}

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

// New returns a keeper without reports. The client must not have a cache, the
// reader of reports should.
func New(c client.Client, reports client.Reader, source Source, clock clock.WithTicker, log logr.Logger, o Options) *Keeper {
	k := &Keeper{
		store: store{client: c, namespace: o.Namespace}, reports: reports, source: source, clock: clock, log: log,
		interval: o.Interval, budget: budget.New(o.BytesPerSecond),
		entries: map[usage.ID]*entry{}, doomed: map[string]bool{}, listeners: map[string]func(usage.ID){},
	}
	k.metrics = newMetrics(k.oldest)
	return k
}

// OnReload calls f with each report of a kind that has to begin again.
func (k *Keeper) OnReload(kind string, f func(usage.ID)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.listeners[kind] = f
}

// Resume must be called before a report enters the engine, and again whenever its
// plan may be another. It returns what the report remembers where it begins or goes
// on; nil for nothing. An error means that it is not known yet: try again.
func (k *Keeper) Resume(ctx context.Context, id usage.ID, object v1alpha1.ReportObject, plan *selection.Plan) (*usage.Snapshot, error) {
	hash, err := checkpoint.HashOf(object.SelectionSpec())
	if err != nil {
		return nil, err
	}
	uid := string(object.GetUID())
	if k.follows(id, uid, plan, hash) {
		return nil, nil //nolint:nilnil // the engine remembers itself
	}
	x, err := k.store.get(ctx, uid)
	if err != nil {
		k.metrics.failed(readFailed)
		k.log.Error(err, "A report waits for its checkpoint", "report", id)
		return nil, err
	}
	e := &entry{owner: ownerOf(id, uid), plan: plan, hash: hash, current: k.clock.Now(), due: nextSlot(uid, k.interval, k.clock.Now())}
	var snapshot *usage.Snapshot
	if x != nil {
		e.version = x.version
		snapshot = k.open(id, e, x.data)
	}
	k.set(id, e)
	return snapshot, nil
}

// follows tells whether a report is in the engine already, and takes note of its
// plan.
func (k *Keeper) follows(id usage.ID, uid string, plan *selection.Plan, hash checkpoint.Hash) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[id]
	if !ok || e.rests || e.owner.UID != uid {
		return false
	}
	e.plan, e.hash = plan, hash
	return true
}

// open decodes what was stored. What is of no use is left aside: the next write
// replaces it.
func (k *Keeper) open(id usage.ID, e *entry, data []byte) *usage.Snapshot {
	s, err := checkpoint.Open(data, e.owner.UID, e.hash)
	switch reason := checkpoint.ReasonOf(err); {
	case err == nil:
		return s
	case reason == checkpoint.SpecChanged:
		k.log.Info("A report counts something else than before and starts anew", "report", id)
	default:
		k.metrics.failed(string(reason))
		k.log.Error(err, "A checkpoint is of no use, its report starts anew", "report", id)
	}
	return nil
}

// set registers a report, in place of a former one of the same name.
func (k *Keeper) set(id usage.ID, e *entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.entries[id]; ok && old.owner.UID != e.owner.UID {
		k.doomed[old.owner.UID] = true
	}
	k.entries[id] = e
}

// Park must be called before a report leaves the engine for a while. It stores what
// the report remembers.
func (k *Keeper) Park(ctx context.Context, id usage.ID, object v1alpha1.ReportObject) {
	e := k.entry(id)
	if e == nil || e.owner.UID != string(object.GetUID()) {
		k.set(id, &entry{owner: ownerOf(id, string(object.GetUID())), rests: true})
		return
	}
	if k.isResting(e) {
		return
	}
	if _, err := k.write(ctx, id, e, false); err != nil {
		k.log.Error(err, "A report rests, and what it did since its last checkpoint is lost", "report", id)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	e.rests = true
	k.budget.Leave(id)
}

// Forget deletes the checkpoint of a report that is gone.
func (k *Keeper) Forget(id usage.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e, ok := k.entries[id]; ok {
		k.doomed[e.owner.UID] = true
		delete(k.entries, id)
		k.budget.Leave(id)
	}
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
