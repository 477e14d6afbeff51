package inventory

import (
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	podresources "k8s.io/component-helpers/resource"

	"github.com/usage-operator/usage-operator/internal/model"
)

// unit says how a resource is counted: in units of ten to the power of scale,
// of which limit is the first whole number of base units that does not fit.
type unit struct {
	name  corev1.ResourceName
	scale resource.Scale
	limit int64
}

// units are in the order of model.Amounts: nanocores and bytes.
var units = [model.ResourceCount]unit{
	model.CPU:    {name: corev1.ResourceCPU, scale: resource.Nano, limit: math.MaxInt64 / 1_000_000_000},
	model.Memory: {name: corev1.ResourceMemory, scale: 0, limit: math.MaxInt64},
}

// declaredBy returns what a container declares. While a resize in place is
// under way that is the largest of what is wanted, allocated and in force; a
// resize that the node cannot serve does not count. The rule is that of
// k8s.io/component-helpers/resource, which applies it to whole pods only.
func declaredBy(c *corev1.Container, status *corev1.ContainerStatus, infeasible bool) model.Resources {
	var declared model.Resources
	if !infeasible {
		raise(&declared.Requests, c.Resources.Requests)
		raise(&declared.Limits, c.Resources.Limits)
	}
	if status == nil {
		return declared
	}
	raise(&declared.Requests, status.AllocatedResources)
	if status.Resources != nil {
		raise(&declared.Requests, status.Resources.Requests)
		raise(&declared.Limits, status.Resources.Limits)
	}
	return declared
}

// podLevel returns what a pod declares as a whole, nil where it does not. Its
// status counts only for what its spec sets: without it, the status is the sum
// of the containers.
func podLevel(p *corev1.Pod) *model.Resources {
	if p.Spec.Resources == nil {
		return nil
	}
	var declared model.Resources
	raise(&declared.Requests, p.Spec.Resources.Requests)
	raise(&declared.Limits, p.Spec.Resources.Limits)
	if declared == (model.Resources{}) {
		return nil
	}
	if status := p.Status.Resources; status != nil {
		infeasible := resizeInfeasible(p)
		resized(&declared.Requests, infeasible, status.Requests, p.Status.AllocatedResources)
		resized(&declared.Limits, infeasible, status.Limits)
	}
	return &declared
}

// resized applies the lists of a pod's status to what its spec declares.
func resized(declared *model.Declared, infeasible bool, statuses ...corev1.ResourceList) {
	var actual model.Declared
	for _, s := range statuses {
		raise(&actual, s)
	}
	for r := range declared.Amounts {
		if !declared.Set[r] || !actual.Set[r] {
			continue
		}
		if infeasible {
			declared.Amounts[r] = actual.Amounts[r]
			continue
		}
		declared.Amounts[r] = max(declared.Amounts[r], actual.Amounts[r])
	}
}

func resizeInfeasible(p *corev1.Pod) bool { return podresources.IsPodResizeInfeasible(p) }

// raise lifts what is declared to the amounts of list.
func raise(declared *model.Declared, list corev1.ResourceList) {
	for r, u := range units {
		if q, set := list[u.name]; set {
			declared.Amounts[r] = max(declared.Amounts[r], u.amount(&q))
			declared.Set[r] = true
		}
	}
}

// amount returns q in the unit, rounded up. What does not fit is the largest
// amount there is, where ScaledValue would wrap around; less than zero is 0.
func (u *unit) amount(q *resource.Quantity) int64 {
	switch {
	case q.Sign() <= 0:
		return 0
	case q.CmpInt64(u.limit) >= 0:
		return math.MaxInt64
	default:
		return q.ScaledValue(u.scale)
	}
}
