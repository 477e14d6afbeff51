package keeper

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
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

// Source holds the memory of the reports.
type Source interface {
	Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool)
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

// Keeper keeps the checkpoints of all reports. It is safe for concurrent use.
type Keeper struct {
	store store
	// reports is a cached client.
	reports client.Reader
	source  Source
	// namespaces are those of Options.
	namespaces []string
	clock      clock.WithTicker
	log        logr.Logger
	interval   time.Duration
	budget     *budget.Budget
	metrics    metrics

	mu      sync.Mutex
	entries map[usage.ID]*entry
	// doomed are the UIDs of reports that are gone, whose checkpoints are not.
	doomed map[string]bool
	// listeners hear of reports that have to begin again, by their kinds.
	listeners map[string]func(usage.ID)
}

// New returns a keeper without reports. The client must not have a cache, the
// reader of reports should.
func New(c client.Client, reports client.Reader, source Source, clock clock.WithTicker, log logr.Logger, o Options) *Keeper {
	k := &Keeper{
		store: store{client: c, namespace: o.Namespace}, reports: reports, source: source, clock: clock, log: log,
		namespaces: o.Namespaces, interval: o.Interval, budget: budget.New(o.BytesPerSecond),
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
