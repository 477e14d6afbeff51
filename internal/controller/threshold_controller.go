package controller

import (
	"context"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/alerter"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// +kubebuilder:rbac:groups=usage-operator.io,resources=resourcethresholds;clusterresourcethresholds,verbs=get;list;watch
// +kubebuilder:rbac:groups=usage-operator.io,resources=resourcethresholds/status;clusterresourcethresholds/status,verbs=patch

// closingPause is after what time to look again whether a threshold of before has
// closed its alerts.
const closingPause = time.Second

// Alerts are those of thresholds.
type Alerts interface {
	// Serve and Restore tell false while a threshold that had the name is closing
	// its alerts.
	Serve(t *alerter.Threshold) bool
	Restore(t *alerter.Threshold, s *usage.Snapshot, rested bool) bool
	Park(id usage.ID)
	Forget(id usage.ID)
	View(id usage.ID) (*alert.View, bool)
	OnNews(kind string, f func(usage.ID))
}

// ThresholdReconciler keeps the status of one kind of threshold up to date. Its
// alerts go on in the tick, whatever becomes of the status.
type ThresholdReconciler struct {
	Client client.Client
	Source Source
	Alerts Alerts
	Clock  clock.PassiveClock
	// Budget and Metrics are shared by all that write statuses.
	Budget      *budget.Budget
	Metrics     *Metrics
	Checkpoints Checkpoints
	// Kind is ResourceThreshold or ClusterResourceThreshold, New an empty object of
	// it.
	Kind string
	New  func() v1alpha1.ThresholdObject

	plans plans
}

// Reconcile brings the status of one threshold up to date.
func (r *ThresholdReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	object := r.New()
	there, err := fetch(ctx, r.Client, req.NamespacedName, object)
	if err != nil {
		return ctrl.Result{}, err
	}
	if !there {
		r.forget(req.NamespacedName)
		return ctrl.Result{}, nil
	}
	facts, again := r.gather(ctx, object)
	d := alert.Decide(facts)
	w := writer{client: r.Client, clock: r.Clock, budget: r.Budget, metrics: r.Metrics}
	wait, err := w.carryOut(ctx, r.id(req.NamespacedName), object, &change{
		write: d.Write, status: &d.Status, observedGeneration: d.Status.ObservedGeneration, conditions: d.Status.Conditions,
		published: object.ThresholdStatus().Conditions, news: d.News, interval: alert.Interval,
	})
	if again > 0 {
		wait = again
	}
	return resultOf(ctx, wait, err)
}

// gather makes the threshold known to the alerter and collects what its status
// depends on. It tells after what time to try again, if something must come first.
func (r *ThresholdReconciler) gather(ctx context.Context, object v1alpha1.ThresholdObject) (facts *alert.Facts, again time.Duration) {
	facts = r.facts(object)
	s, err := r.compile(object)
	if err != nil || object.ThresholdSettings().Suspend {
		facts.SpecError = err
		r.park(ctx, object)
		return facts, 0
	}
	if again = r.serve(ctx, object, s); again > 0 {
		facts.Remembering = true
		return facts, again
	}
	facts.Threshold = s.watched.Words
	facts.View, _ = r.Alerts.View(s.watched.ID)
	facts.Starting = r.Source.Starting(s.plan.Target())
	facts.Metrics = r.Source.Metrics(s.plan.Target())
	return facts, 0
}

// facts are those that depend on the object alone.
func (r *ThresholdReconciler) facts(object v1alpha1.ThresholdObject) *alert.Facts {
	return &alert.Facts{
		Now:         r.Clock.Now(),
		Generation:  object.GetGeneration(),
		Threshold:   alert.Threshold{Settings: object.ThresholdSettings()},
		Synced:      r.Source.Synced(),
		Published:   object.ThresholdStatus(),
		Fingerprint: alert.ParseFingerprint(publishedFingerprint(object)),
	}
}

// served is a threshold whose spec was understood.
type served struct {
	plan    *selection.Plan
	need    usage.Need
	watched alerter.Threshold
}

// compile returns an error where the spec cannot be served.
func (r *ThresholdReconciler) compile(object v1alpha1.ThresholdObject) (*served, error) {
	plan, err := r.plans.of(object)
	if err != nil {
		return nil, err
	}
	rule, err := threshold.Compile(object)
	if err != nil {
		return nil, err
	}
	name, settings := client.ObjectKeyFromObject(object), object.ThresholdSettings().DeepCopy()
	return &served{plan: plan, need: watching(settings), watched: alerter.Threshold{
		ID: r.id(name), UID: string(object.GetUID()), Rule: rule, Climbs: plan.Climbs(),
		Words: alert.Threshold{
			Namespace: name.Namespace,
			Settings:  settings, Target: plan.Target(), LabelKeys: plan.LabelKeys(),
		},
	}}, nil
}

// serve lets a threshold go on from what it remembers, or with what is new in its
// spec. It tells after what time to try again, if something must come first.
func (r *ThresholdReconciler) serve(ctx context.Context, object v1alpha1.ThresholdObject, s *served) (again time.Duration) {
	id := s.watched.ID
	owner := ownerOf(id, object)
	if !r.Alerts.Serve(&s.watched) {
		return closingPause
	}
	snapshot, err := r.Checkpoints.Resume(ctx, owner, s.plan, s.watched.Rule.Meaning)
	if err != nil {
		return rememberPause // which was logged
	}
	if snapshot == nil {
		r.Source.Serve(id, s.plan, s.need, alert.Interval)
		return 0
	}
	r.Alerts.Restore(&s.watched, snapshot, isSuspended(object))
	r.Source.Restore(id, s.plan, s.need, alert.Interval, snapshot)
	return 0
}

// isSuspended tells whether the published status says so.
func isSuspended(object v1alpha1.ThresholdObject) bool {
	for _, c := range object.ThresholdStatus().Conditions {
		if c.Type == v1alpha1.ConditionReady {
			return c.Reason == v1alpha1.ReasonSuspended
		}
	}
	return false
}

// park lets a threshold rest. Its alerts come first: they must not move any more
// when they are stored.
func (r *ThresholdReconciler) park(ctx context.Context, object v1alpha1.ThresholdObject) {
	id := r.id(client.ObjectKeyFromObject(object))
	r.Alerts.Park(id)
	r.Checkpoints.Park(ctx, ownerOf(id, object))
	r.Source.Drop(id)
}

func (r *ThresholdReconciler) forget(name types.NamespacedName) {
	id := r.id(name)
	r.Alerts.Forget(id) // and with its alerts, when they are closed, its checkpoint
	r.Source.Drop(id)
	r.Budget.Leave(id)
	r.Metrics.forget(id)
	r.plans.forget(name)
}

func (r *ThresholdReconciler) id(name types.NamespacedName) usage.ID {
	return usage.ID{Kind: r.Kind, Namespace: name.Namespace, Name: name.Name}
}

var (
	alertMeasures = map[v1alpha1.ThresholdMeasure]usage.Measure{
		v1alpha1.MeasureUsage:                usage.Usage,
		v1alpha1.MeasurePercentOfRequests:    usage.PercentOfRequests,
		v1alpha1.MeasurePercentOfLimits:      usage.PercentOfLimits,
		v1alpha1.MeasurePercentOfAllocatable: usage.PercentOfAllocatable,
		v1alpha1.MeasurePercentOfQuota:       usage.PercentOfQuota,
	}
	combines = map[v1alpha1.Combine]usage.Combine{
		v1alpha1.CombineMaximumPod:       usage.MaximumPod,
		v1alpha1.CombineMaximumContainer: usage.MaximumContainer,
	}
)

// watching says what the engine must know of a threshold.
func watching(s *v1alpha1.ThresholdSettings) usage.Need {
	a := &usage.Alert{
		Resource: resources[s.Resource], Measure: alertMeasures[s.Measure], Combine: combines[s.Combine], Statistic: usage.Current,
	}
	n := usage.Need{Alert: a}
	if over, windowed := statistics[v1alpha1.Statistic(s.Statistic)]; windowed {
		a.Statistic = over
		n.Window, _ = s.Window.Parse() // what cannot be parsed was refused
	}
	return n
}
