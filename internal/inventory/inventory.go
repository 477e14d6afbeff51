package inventory

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Inventory is a compact copy of a cluster's pods, nodes, namespaces, quotas and
// owners. It is safe for concurrent use. Give it to a manager as a Runnable.
type Inventory struct {
	log     logr.Logger
	sources []source
	// visitor reads namespaces that are not watched; nil where all are.
	visitor *visitor
	gate    *gate
	// high are the kinds of workloads, which are watched only while somebody
	// wants to know who owns them; turned tells that this has changed.
	high   []source
	turned chan struct{}
	reader *distantReader

	// mu guards what follows.
	mu         sync.Mutex
	pods       *podTable
	namespaces *nameTable
	nodes      *nameTable
	quotas     *quotaTable
	feeds      map[*Feed]struct{}
	// climbing opens once every kind of high was read; nil while none is watched.
	climbing *gate
}

// New returns an inventory of the cluster that config points to, or of some of its
// namespaces: then it needs rights to these only, and knows no nodes. It has
// connections of its own, which speak protobuf and are not throttled on the
// client's side: paging through a large cluster at the default rate would take
// minutes, and the server has its own means to hold it back.
func New(config *rest.Config, log logr.Logger, namespaces ...string) (*Inventory, error) {
	config = rest.CopyConfig(config)
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.QPS = -1
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect the inventory: %w", err)
	}
	objects, err := kubernetes.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, fmt.Errorf("make the inventory's client: %w", err)
	}
	meta, err := metadata.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, fmt.Errorf("make the inventory's metadata client: %w", err)
	}
	return NewForClients(objects, meta, log, namespaces...), nil
}

// NewForClients is New for clients that exist. They should speak protobuf.
func NewForClients(objects kubernetes.Interface, meta metadata.Interface, log logr.Logger, namespaces ...string) *Inventory {
	inv := &Inventory{log: log, feeds: map[*Feed]struct{}{}, turned: make(chan struct{}, 1)}
	near, high := newOwnerTables(nearKinds), newOwnerTables(highKinds)
	inv.pods = newPodTable(newWorkloads(near, high), collectPods(inv))
	inv.namespaces = newNameTable(compactNamespace, collect(inv, func(f *Feed) marks[string, named] { return f.namespaces }))
	inv.nodes = newNameTable(compactNode, collect(inv, func(f *Feed) marks[string, named] { return f.nodes }))
	inv.quotas = newQuotaTable(collect(inv, func(f *Feed) marks[quotaKey, model.Quota] { return f.quotas }))
	read := func(namespace string) {
		inv.sources = append(inv.sources,
			podSource(objects, namespace, storeOf(inv, inv.pods, namespace)),
			quotaSource(objects, namespace, storeOf(inv, inv.quotas, namespace)))
		inv.sources = append(inv.sources, inv.ownerSources(meta, near, nearKinds, namespace)...)
		inv.high = append(inv.high, inv.ownerSources(meta, high, highKinds, namespace)...)
	}
	for _, namespace := range namespaces {
		read(namespace)
	}
	if len(namespaces) == 0 {
		read(metav1.NamespaceAll)
		inv.sources = append(inv.sources,
			nodeSource(objects, storeOf(inv, inv.nodes, "")),
			metadataSource(meta, namespaceResource, "", storeOf(inv, inv.namespaces, "")))
	}
	inv.gate = newGate(inv.sources)
	if len(namespaces) > 0 {
		inv.visitor = newVisitor(inv, meta, namespaces)
		inv.visitor.whenRead = inv.gate.alsoFor("labels of namespaces")
	}
	inv.reader = newDistantReader(inv, objects.Discovery(), meta)
	inv.reader.whenRead = inv.gate.alsoFor("the kinds of the API")
	return inv
}

// ownerSources returns the sources that feed tables of owners.
func (inv *Inventory) ownerSources(meta metadata.Interface, tables []*ownerTable, kinds []ownerKind, namespace string) []source {
	sources := make([]source, len(kinds))
	for i, k := range kinds {
		tables[i].changed = inv.pods.ownerChanged
		sources[i] = metadataSource(meta, k.resource(), namespace, storeOf(inv, tables[i], namespace))
	}
	return sources
}

// Start keeps the inventory up to date until ctx ends. A kind that cannot be
// listed is tried again, with a growing delay, and logged.
func (inv *Inventory) Start(ctx context.Context) error {
	var running sync.WaitGroup
	for _, s := range inv.sources {
		running.Go(func() { s.run(ctx, inv.log) })
	}
	running.Go(func() { inv.reader.run(ctx) })
	running.Go(func() { inv.climb(ctx) })
	if inv.visitor != nil {
		running.Go(func() { inv.visitor.run(ctx) })
	}
	running.Wait()
	return nil
}

// NeedLeaderElection is false: a standby keeps its inventory warm.
func (inv *Inventory) NeedLeaderElection() bool { return false }

// HasSynced tells whether every kind was read in full once.
func (inv *Inventory) HasSynced() bool { return inv.gate.isOpen() }

// WaitForSync blocks until every kind was read in full once. Its error names
// the kinds that were not when ctx ended.
func (inv *Inventory) WaitForSync(ctx context.Context) error { return inv.gate.wait(ctx) }

// Subscribe returns a feed of all changes from now on. Its first Drain returns
// everything that is there by then.
func (inv *Inventory) Subscribe() *Feed {
	f := &Feed{inventory: inv, whole: true}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	inv.feeds[f] = struct{}{}
	return f
}
