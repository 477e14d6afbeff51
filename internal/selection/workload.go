package selection

import (
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

// workloadMatch names owners. An empty group means any group, an empty name all
// of the kind.
type workloadMatch struct{ group, kind, name string }

func workloadMatches(in []v1alpha1.WorkloadMatch) []workloadMatch {
	out := make([]workloadMatch, len(in))
	for i, w := range in {
		out[i] = workloadMatch{group: w.APIGroup, kind: w.Kind, name: w.Name}
	}
	return out
}

// lowKinds are the kinds that own pods, directly or through a ReplicaSet or a
// Job, and hardly ever something that owns pods: to match them, nobody needs to
// climb beyond them. A StatefulSet is not among them, since that of a group's
// leader stands above those of its workers.
var lowKinds = map[string]bool{
	"/Pod": true, "/Node": true, "/ReplicationController": true, "apps/ReplicaSet": true, "apps/Deployment": true,
	"apps/DaemonSet": true, "batch/Job": true, "batch/CronJob": true,
}

// standsHigh tells whether an owner may stand above the workloads of its pods.
func standsHigh(w v1alpha1.WorkloadMatch) bool { return !lowKinds[w.APIGroup+"/"+w.Kind] }

func (m workloadMatch) matches(w model.Workload) bool {
	return m.kind == w.Kind && (m.group == "" || m.group == w.Group) && (m.name == "" || m.name == w.Name)
}

// matchesWorkload tells whether any owner of the pod is asked for. A pod that
// nothing owns is its own workload.
func (p *Plan) matchesWorkload(pod *model.Pod) bool {
	if len(p.workloads) == 0 {
		return true
	}
	for _, owner := range pod.Owners {
		if !p.shows(owner) {
			break
		}
		if p.anyMatches(owner) {
			return true
		}
	}
	return p.anyMatches(itself(pod)) && p.controller(pod) == itself(pod)
}

func (p *Plan) anyMatches(w model.Workload) bool {
	for _, m := range p.workloads {
		if m.matches(w) {
			return true
		}
	}
	return false
}

// ownerFunc returns the owner that stands for a pod, of those that the plan may
// show; the pod itself where there are none.
type ownerFunc func(p *Plan, pod *model.Pod) model.Workload

var levels = map[v1alpha1.WorkloadLevel]ownerFunc{
	"":                       (*Plan).workload,
	v1alpha1.LevelController: (*Plan).controller,
	v1alpha1.LevelWorkload:   (*Plan).workload,
	v1alpha1.LevelTop:        (*Plan).top,
}

// controller returns the nearest owner. One that is not shown hides those above
// it, which own the pod through it only.
func (p *Plan) controller(pod *model.Pod) model.Workload {
	return p.owner(pod, func(model.Workload) bool { return true })
}

// workload returns the nearest owner that is more than a step on the way.
func (p *Plan) workload(pod *model.Pod) model.Workload {
	return p.owner(pod, func(w model.Workload) bool { return !isStep(w) })
}

// top returns the last owner that is known.
func (p *Plan) top(pod *model.Pod) model.Workload {
	return p.owner(pod, func(model.Workload) bool { return false })
}

// owner climbs to the first owner that ends the climb, or as far as it can.
func (p *Plan) owner(pod *model.Pod, ends func(model.Workload) bool) model.Workload {
	reached := itself(pod)
	for _, owner := range pod.Owners {
		if !p.shows(owner) {
			break
		}
		if reached = owner; ends(owner) {
			break
		}
	}
	return reached
}

// isStep tells whether an owner was itself made for something larger, as a
// rule: the ReplicaSet of a Deployment, the Job of a CronJob, the first Pod of
// a group.
func isStep(w model.Workload) bool {
	switch w.Group {
	case "":
		return w.Kind == "Pod"
	case "apps":
		return w.Kind == "ReplicaSet"
	case "batch":
		return w.Kind == "Job"
	default:
		return false
	}
}

// shows keeps a namespaced kind within its namespace.
func (p *Plan) shows(w model.Workload) bool { return p.scope == "" || !w.ClusterScoped }

func itself(pod *model.Pod) model.Workload { return model.Workload{Kind: "Pod", Name: pod.Name} }
