// Package controller holds the reconcilers. Each fetches an object, asks a pure
// function what its status must become, and writes at most once. None of them
// reads the Metrics API: the poller does, for all of them.
package controller

import (
	"context"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// +kubebuilder:rbac:groups=usage-operator.io,resources=usagereports;clusterusagereports,verbs=get;list;watch
// +kubebuilder:rbac:groups=usage-operator.io,resources=usagereports/status;clusterusagereports/status,verbs=patch

// conflictPause gives the cache time to learn of the change that a conflict is
// about. A conflict is no error: nothing needs to be done about it.
const conflictPause = time.Second

// rememberPause is between two attempts to read what a report remembers.
const rememberPause = 5 * time.Second

// Source serves the numbers of reports.
type Source interface {
	Serve(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration)
	Restore(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration, s *usage.Snapshot)
	Drop(id usage.ID)
	OnDue(kind string, f func([]usage.ID))
	View(id usage.ID) *usage.View
	Metrics(target model.Target) *standing.Metrics
	Synced() bool
	Starting(target model.Target) bool
}

// Checkpoints keep what reports remember while the operator does not run, or the
// report is suspended.
type Checkpoints interface {
	// Resume comes before a report is served. While it fails, the report waits.
	Resume(ctx context.Context, o keeper.Owner, plan *selection.Plan, hash checkpoint.Hash) (*usage.Snapshot, error)
	// Park comes before a report is dropped for a while, Forget after one is gone.
	Park(ctx context.Context, o keeper.Owner)
	Forget(id usage.ID)
	// OnReload calls f with each report of a kind that has to be resumed again.
	OnReload(kind string, f func(usage.ID))
}

// ReportReconciler keeps the status of one kind of report up to date.
type ReportReconciler struct {
	Client client.Client
	Source Source
	Clock  clock.PassiveClock
	// Budget and Metrics are shared by all that write statuses.
	Budget      *budget.Budget
	Metrics     *Metrics
	Checkpoints Checkpoints
	// Kind is UsageReport or ClusterUsageReport, New an empty object of it.
	Kind string
	New  func() v1alpha1.ReportObject

	plans plans
}

// Reconcile brings the status of one report up to date.
func (r *ReportReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	object := r.New()
	there, err := fetch(ctx, r.Client, req.NamespacedName, object)
	if err != nil {
		return ctrl.Result{}, err
	}
	if !there {
		r.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	remembers := r.remember(ctx, object)
	decision := r.decideOn(object, remembers)
	wait, err := r.carryOut(ctx, object, &decision)
	if !remembers {
		wait = rememberPause
	}
	return resultOf(ctx, wait, err)
}

// resultOf says what comes after an attempt to write a status.
func resultOf(ctx context.Context, wait time.Duration, err error) (ctrl.Result, error) {
	switch {
	case err == nil:
		return ctrl.Result{RequeueAfter: wait}, nil
	case apierrors.IsConflict(err):
		log.FromContext(ctx).V(1).Info("The object has changed meanwhile", "conflict", err.Error())
		return ctrl.Result{RequeueAfter: conflictPause}, nil
	default:
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
}

func (r *ReportReconciler) carryOut(ctx context.Context, object v1alpha1.ReportObject, d *report.Decision) (time.Duration, error) {
	w := writer{client: r.Client, clock: r.Clock, budget: r.Budget, metrics: r.Metrics}
	return w.carryOut(ctx, r.id(client.ObjectKeyFromObject(object)), object, &change{
		write: d.Write, status: &d.Status, observedGeneration: d.Status.ObservedGeneration, conditions: d.Status.Conditions,
		published: object.ReportStatus().Conditions, news: d.News, interval: report.Interval(object.Settings()),
	})
}

// decideOn says what the status of a report must become. Without what it remembers
// it is not served.
func (r *ReportReconciler) decideOn(object v1alpha1.ReportObject, remembers bool) report.Decision {
	if remembers {
		return r.decide(object)
	}
	facts := r.facts(object)
	facts.Remembering = true
	return report.Decide(&facts)
}

// decide says what the status of a report must become. Where its rows do not fit
// into a status, it asks for fewer.
func (r *ReportReconciler) decide(object v1alpha1.ReportObject) report.Decision {
	facts := r.gather(object)
	for {
		d := report.Decide(&facts)
		rows := report.Fitting(&d.Status)
		if rows == len(d.Status.Groups) {
			return d
		}
		facts.View = r.view(object, rows)
	}
}

// gather makes the report known to the source and collects what its status
// depends on.
func (r *ReportReconciler) gather(object v1alpha1.ReportObject) report.Facts {
	facts := r.facts(object)
	plan, err := r.planOf(object)
	if err != nil || object.Settings().Suspend {
		facts.SpecError = err
		r.Source.Drop(r.id(client.ObjectKeyFromObject(object)))
		return facts
	}
	facts.View = r.view(object, int(object.Settings().Top))
	facts.Starting = r.Source.Starting(plan.Target())
	facts.Metrics = r.Source.Metrics(plan.Target())
	return facts
}

// facts are those that depend on the object alone.
func (r *ReportReconciler) facts(object v1alpha1.ReportObject) report.Facts {
	return report.Facts{
		Now:         r.Clock.Now(),
		Generation:  object.GetGeneration(),
		Settings:    object.Settings(),
		Synced:      r.Source.Synced(),
		Published:   object.ReportStatus(),
		Fingerprint: publishedFingerprint(object),
		Waited:      r.Budget.Waited(r.Clock.Now(), r.id(client.ObjectKeyFromObject(object))),
	}
}

// planOf returns an error where the spec cannot be served.
func (r *ReportReconciler) planOf(object v1alpha1.ReportObject) (*selection.Plan, error) {
	plan, err := r.plans.of(object)
	if err != nil {
		return nil, err
	}
	if err := selection.CheckOrder(object.SelectionSpec().Target, object.Settings().SortBy); err != nil {
		return nil, err
	}
	_, err = accountTerms(object.Settings())
	return plan, err
}

// view returns the numbers of a report with so many rows at most.
func (r *ReportReconciler) view(object v1alpha1.ReportObject, top int) *usage.View {
	plan, err := r.plans.of(object)
	if err != nil {
		return nil
	}
	id, settings := r.id(client.ObjectKeyFromObject(object)), object.Settings()
	r.Source.Serve(id, plan, need(settings, top), report.Interval(settings))
	return r.Source.View(id)
}

func (r *ReportReconciler) forget(name types.NamespacedName) {
	r.Source.Drop(r.id(name))
	r.Checkpoints.Forget(r.id(name))
	r.Budget.Leave(r.id(name))
	r.Metrics.forget(r.id(name))
	r.plans.forget(name)
}

func (r *ReportReconciler) id(name types.NamespacedName) usage.ID {
	return usage.ID{Kind: r.Kind, Namespace: name.Namespace, Name: name.Name}
}

var (
	resources = map[v1alpha1.ResourceName]model.Resource{
		v1alpha1.ResourceCPU:    model.CPU,
		v1alpha1.ResourceMemory: model.Memory,
	}
	statistics = map[v1alpha1.Statistic]usage.Statistic{
		v1alpha1.StatisticAverage: usage.Average,
		v1alpha1.StatisticMaximum: usage.Maximum,
		v1alpha1.StatisticP50:     usage.P50,
		v1alpha1.StatisticP95:     usage.P95,
		v1alpha1.StatisticP99:     usage.P99,
	}
	measures = map[v1alpha1.SortMeasure]usage.Measure{
		v1alpha1.SortByUsage:                usage.Usage,
		v1alpha1.SortByRequests:             usage.Requests,
		v1alpha1.SortByPercentOfRequests:    usage.PercentOfRequests,
		v1alpha1.SortByPercentOfAllocatable: usage.PercentOfAllocatable,
	}
)

// need says what the view of a report must hold.
func need(s *v1alpha1.ReportSettings, top int) usage.Need {
	n := usage.Need{Top: top, By: order(s.SortBy), Window: report.Window(s), History: report.HistoryShape(s)}
	for _, name := range s.Statistics {
		n.Statistics = append(n.Statistics, statistics[name])
	}
	n.Accounts, _ = accountTerms(s) // what cannot be kept was refused before
	return n
}

// order says by what rows are ranked.
func order(s *v1alpha1.SortBy) usage.Order {
	if s == nil {
		return usage.Order{}
	}
	return usage.Order{Resource: resources[s.Resource], Measure: measures[s.Measure]}
}
