package controller

import (
	"context"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/turns"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// workers is the number of reports of one kind that are written at once.
const workers = 4

// cacheSyncTimeout is long because a large cluster takes minutes to list.
const cacheSyncTimeout = 15 * time.Minute

// The pauses after which what failed is tried again. The longest is short, so that
// statuses are right soon after an outage, however long it was.
const (
	shortestPause = 50 * time.Millisecond
	longestPause  = 10 * time.Second
)

// Parts are what all reconcilers share.
type Parts struct {
	Source      Source
	Checkpoints Checkpoints
	Budget      *budget.Budget
	Metrics     *Metrics
	Clock       clock.PassiveClock
	// ClusterWide kinds are served only where the operator may see the cluster.
	ClusterWide bool
}

// SetupReports adds a reconciler for each kind of report to the manager.
func SetupReports(mgr ctrl.Manager, p *Parts) error {
	kinds := map[string]func() v1alpha1.ReportObject{
		"UsageReport": func() v1alpha1.ReportObject { return &v1alpha1.UsageReport{} },
	}
	if p.ClusterWide {
		kinds["ClusterUsageReport"] = func() v1alpha1.ReportObject { return &v1alpha1.ClusterUsageReport{} }
	}
	for kind, newObject := range kinds {
		r := &ReportReconciler{
			Client: mgr.GetClient(), Source: p.Source, Clock: p.Clock, Budget: p.Budget, Metrics: p.Metrics, Checkpoints: p.Checkpoints,
			Kind: kind, New: newObject,
		}
		if err := setup(mgr, newObject(), due{source: p.Source, checkpoints: p.Checkpoints, kind: kind}, r); err != nil {
			return err
		}
	}
	return nil
}

// SetupThresholds adds a reconciler for each kind of threshold to the manager.
func SetupThresholds(mgr ctrl.Manager, p *Parts, a Alerts) error {
	kinds := map[string]func() v1alpha1.ThresholdObject{
		"ResourceThreshold": func() v1alpha1.ThresholdObject { return &v1alpha1.ResourceThreshold{} },
	}
	if p.ClusterWide {
		kinds["ClusterResourceThreshold"] = func() v1alpha1.ThresholdObject { return &v1alpha1.ClusterResourceThreshold{} }
	}
	for kind, newObject := range kinds {
		r := &ThresholdReconciler{
			Client: mgr.GetClient(), Source: p.Source, Alerts: a, Clock: p.Clock, Budget: p.Budget, Metrics: p.Metrics, Checkpoints: p.Checkpoints,
			Kind: kind, New: newObject,
		}
		if err := setup(mgr, newObject(), due{source: p.Source, checkpoints: p.Checkpoints, alerts: a, kind: kind}, r); err != nil {
			return err
		}
	}
	return nil
}

// setup adds a reconciler of a kind to the manager.
func setup(mgr ctrl.Manager, object client.Object, d due, r reconcile.Reconciler) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(object, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesRawSource(d).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers, CacheSyncTimeout: cacheSyncTimeout, NewQueue: newQueue,
			RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](shortestPause, longestPause),
		}).
		Complete(r)
}

// newQueue returns a queue in which namespaces take turns, so that one with a
// thousand objects that are due does not keep the others waiting.
func newQueue(name string, limiter workqueue.TypedRateLimiter[reconcile.Request]) workqueue.TypedRateLimitingInterface[reconcile.Request] {
	const anyNumber = 0
	return turns.Below(turns.New(func(r reconcile.Request) string { return r.Namespace }, anyNumber), name, limiter)
}

// due puts the objects of a kind into the queue when they are due, have news, or
// have to be resumed again.
type due struct {
	source      Source
	checkpoints Checkpoints
	// alerts are nil for reports.
	alerts Alerts
	kind   string
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
	if d.alerts != nil {
		d.alerts.OnNews(d.kind, add)
	}
	return nil
}
