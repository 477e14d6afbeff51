package controller

import (
	"context"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// workers is the number of reports of one kind that are written at once.
const workers = 4

// cacheSyncTimeout is long because a large cluster takes minutes to list.
const cacheSyncTimeout = 15 * time.Minute

// SetupReports adds a reconciler for each kind of report to the manager; without the
// cluster-wide kind where the operator may not see the cluster.
func SetupReports(mgr ctrl.Manager, s Source, c Checkpoints, b *budget.Budget, clock clock.PassiveClock, clusterWide bool) error {
	kinds := map[string]func() v1alpha1.ReportObject{
		"UsageReport": func() v1alpha1.ReportObject { return &v1alpha1.UsageReport{} },
	}
	if clusterWide {
		kinds["ClusterUsageReport"] = func() v1alpha1.ReportObject { return &v1alpha1.ClusterUsageReport{} }
	}
	for kind, newObject := range kinds {
		r := &ReportReconciler{Client: mgr.GetClient(), Source: s, Clock: clock, Budget: b, Checkpoints: c, Kind: kind, New: newObject}
		err := ctrl.NewControllerManagedBy(mgr).
			For(newObject(), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
			WatchesRawSource(due{source: s, checkpoints: c, kind: kind}).
			WithOptions(controller.Options{MaxConcurrentReconciles: workers, CacheSyncTimeout: cacheSyncTimeout}).
			Complete(r)
		if err != nil {
			return err
		}
	}
	return nil
}

// due puts the reports of a kind into the queue when they are due, or have to be
// resumed again.
type due struct {
	source      Source
	checkpoints Checkpoints
	kind        string
}

var _ source.Source = due{}

// Start implements source.Source. It returns at once; adding to a queue never
// blocks the poller.
func (d due) Start(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	add := func(id usage.ID) {
		queue.Add(reconcile.Request{NamespacedName: types.NamespacedName{Namespace: id.Namespace, Name: id.Name}})
	}
	d.source.OnDue(d.kind, func(ids []usage.ID) {
		for _, id := range ids {
			add(id)
		}
	})
	d.checkpoints.OnReload(d.kind, add)
	return nil
}
