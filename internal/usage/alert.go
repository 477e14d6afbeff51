package usage

import "github.com/usage-operator/usage-operator/internal/model"

// Alert is what a threshold compares of each of its subjects.
type Alert struct {
	Resource model.Resource
	// Measure is Usage or one of the percentages.
	Measure Measure
	Combine Combine
	// Statistic is that over the need's window; Current is without one.
	Statistic Statistic
}

// Combine says how what the pods of a subject use becomes one value. Nodes are
// always added up.
type Combine uint8

// The ways to combine pods.
const (
	// Sum adds them up.
	Sum Combine = iota
	// MaximumPod is the value of the pod that has the largest, and MaximumContainer
	// that of the container.
	MaximumPod
	MaximumContainer
)

// billion are the parts of a ratio.
const billion = 1_000_000_000

// divides tells whether the measure divides what containers use by what they
// declare themselves.
func (m Measure) divides() bool { return m == PercentOfRequests || m == PercentOfLimits }

// declared is what a container, or a pod as a whole, declares for the measure.
func (a *Alert) declared(x *model.Resources) (amount int64, set bool) {
	d := &x.Requests
	if a.Measure == PercentOfLimits {
		d = &x.Limits
	}
	return d.Amounts[a.Resource], d.Set[a.Resource]
}

// means tells whether values of the one can stand beside values of the other.
func (a *Alert) means(o *Alert) bool {
	if a == nil || o == nil {
		return a == o
	}
	return a.Resource == o.Resource && a.Measure == o.Measure && a.Combine == o.Combine
}

func (a *Alert) equal(o *Alert) bool { return a == o || a != nil && o != nil && *a == *o }
