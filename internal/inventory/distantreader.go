package inventory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/clock"
)

const (
	// sweepInterval is also how often at most the API server is asked for its
	// kinds.
	sweepInterval = 30 * time.Second
	// readTimeout bounds the read of one owner, kindsTimeout that of all kinds.
	readTimeout  = 10 * time.Second
	kindsTimeout = 30 * time.Second
)

// distantReader reads what walks have asked a distant for, one thing at a time.
type distantReader struct {
	inventory *Inventory
	clock     clock.WithTicker
	log       logr.Logger
	// kinds lists what the API server serves. A part may come with an error.
	kinds func(context.Context) ([]*metav1.APIResourceList, error)
	get   func(context.Context, link, served) (*metav1.PartialObjectMetadata, error)
	// kindsDue is when the kinds may be read again.
	kindsDue time.Time
	metrics  *metrics
	// whenRead is called after the first attempt to read the kinds.
	whenRead func()
}

func newDistantReader(inv *Inventory, d discovery.DiscoveryInterface, meta metadata.Interface) *distantReader {
	return &distantReader{
		inventory: inv,
		clock:     clock.RealClock{},
		log:       inv.log,
		kinds: func(ctx context.Context) ([]*metav1.APIResourceList, error) {
			return discovery.ServerPreferredResourcesWithContext(ctx, discovery.ToDiscoveryInterfaceWithContext(d))
		},
		get: func(ctx context.Context, l link, at served) (*metav1.PartialObjectMetadata, error) {
			objects := meta.Resource(schema.GroupVersionResource{Group: l.group, Version: at.version, Resource: at.resource})
			if at.namespaced {
				return objects.Namespace(l.namespace).Get(ctx, l.name, metav1.GetOptions{})
			}
			return objects.Get(ctx, l.name, metav1.GetOptions{})
		},
		metrics:  newMetrics(),
		whenRead: func() {},
	}
}

// run reads until ctx ends.
func (r *distantReader) run(ctx context.Context) {
	ticker := r.clock.NewTicker(sweepInterval)
	defer ticker.Stop()
	r.readKinds(ctx, r.clock.Now())
	r.whenRead()
	for ctx.Err() == nil {
		r.catchUp(ctx)
		select {
		case <-ctx.Done():
		case <-r.inventory.workloads().distant.wake:
		case <-ticker.C():
			r.sweep(r.clock.Now())
		}
	}
}

// catchUp reads all that is asked for.
func (r *distantReader) catchUp(ctx context.Context) {
	if now := r.clock.Now(); r.kindsAsked() && !now.Before(r.kindsDue) {
		r.readKinds(ctx, now)
	}
	for ctx.Err() == nil && r.readNext(ctx, r.clock.Now()) {
	}
}

func (r *distantReader) kindsAsked() bool {
	r.inventory.mu.Lock()
	defer r.inventory.mu.Unlock()
	return r.inventory.workloads().distant.outdated
}

func (r *distantReader) sweep(now time.Time) {
	r.inventory.mu.Lock()
	defer r.inventory.mu.Unlock()
	w := r.inventory.workloads()
	w.distant.sweep(now, w.uses)
}

// readKinds asks for the kinds and walks anew where they were asked for. Where
// groups are not available, what was known of kinds stays.
func (r *distantReader) readKinds(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, kindsTimeout)
	defer cancel()
	r.kindsDue = now.Add(sweepInterval)
	lists, err := r.kinds(ctx)
	if err != nil {
		r.log.V(1).Info("Not all API groups can be asked for their kinds", "error", err.Error())
	}
	kinds := servedKinds(lists)
	r.inventory.mu.Lock()
	defer r.inventory.mu.Unlock()
	d := r.inventory.workloads().distant
	if err != nil {
		known := maps.Clone(d.kinds)
		if known == nil {
			known = map[groupKind]served{}
		}
		maps.Copy(known, kinds)
		kinds = known
	}
	d.kinds, d.outdated = kinds, false
	r.inventory.pods.walkAnew() // what is still unknown is asked for again
}

// readNext reads one owner and tells whether there was any to read.
func (r *distantReader) readNext(ctx context.Context, now time.Time) bool {
	r.inventory.mu.Lock()
	w := r.inventory.workloads()
	l, at, ok := w.distant.next(now, w.uses)
	r.inventory.mu.Unlock()
	if !ok {
		return false
	}
	row, err := r.read(ctx, l, at)
	r.count(l, err)
	r.inventory.mu.Lock()
	defer r.inventory.mu.Unlock()
	if apierrors.IsForbidden(err) {
		w.distant.refused[l.groupKind] = now.Add(unknownFor)
	} else if err == nil {
		delete(w.distant.refused, l.groupKind)
	}
	if w.distant.learn(l, row, now) {
		r.inventory.pods.ownerChanged(l)
	}
	return true
}

// read returns the owner that a link leads to. An object of another UID under
// its name is not it.
func (r *distantReader) read(ctx context.Context, l link, at served) (*ownerRow, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	o, err := r.get(ctx, l, at)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", l.kind, l.name, err)
	}
	if string(o.UID) != l.uid {
		return nil, apierrors.NewNotFound(schema.GroupResource{Group: l.group, Resource: at.resource}, l.name)
	}
	return &ownerRow{parent: controllerOf(o, r.inventory.pods.interned)}, nil
}

// count counts a read. The first refusal of a kind is logged, with what to do.
func (r *distantReader) count(l link, err error) {
	switch {
	case err == nil:
		r.metrics.reads.Of(resultRead).Inc()
	case apierrors.IsForbidden(err):
		r.metrics.reads.Of(resultForbidden).Inc()
		if r.firstRefusal(l.groupKind) {
			r.log.Info("Owners of this kind may not be read; rows at level Top end there. "+
				"To go on, label a ClusterRole that may get them with "+aggregationLabel+"=true",
				"group", l.group, "kind", l.kind)
		}
	case apierrors.IsNotFound(err):
		r.metrics.reads.Of(resultNotFound).Inc()
	default:
		r.metrics.reads.Of(resultFailed).Inc()
		r.log.V(1).Info("An owner cannot be read", "error", err.Error())
	}
}

func (r *distantReader) firstRefusal(k groupKind) bool {
	r.inventory.mu.Lock()
	defer r.inventory.mu.Unlock()
	_, refused := r.inventory.workloads().distant.refused[k]
	return !refused
}

// aggregationLabel marks the ClusterRoles that become part of the operator's.
const aggregationLabel = "rbac.usage-operator.io/aggregate-to-owner-reader"

// isObject tells whether a resource is one of whole objects that can be read.
func isObject(r *metav1.APIResource) bool {
	return !strings.Contains(r.Name, "/") && slices.Contains(r.Verbs, "get")
}
