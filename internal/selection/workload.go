package selection

import (
	"slices"

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

func (m workloadMatch) matches(w model.Workload) bool {
	return m.kind == w.Kind && (m.group == "" || m.group == w.Group) && (m.name == "" || m.name == w.Name)
}

// matchesWorkload tells whether any owner of the pod is asked for. A pod that
// nothing owns is its own workload.
func (p *Plan) matchesWorkload(pod *model.Pod) bool {
	if len(p.workloads) == 0 {
		return true
	}
	for i := range pod.Owners {
		if p.shows(pod.Owners[i]) && p.anyMatches(pod.Owners[i]) {
			return true
		}
	}
	return p.anyMatches(itself(pod)) && p.workload(pod) == itself(pod)
}

func (p *Plan) anyMatches(w model.Workload) bool {
	for _, m := range p.workloads {
		if m.matches(w) {
			return true
		}
	}
	return false
}

// workload returns the topmost owner that the plan may show, else the pod.
func (p *Plan) workload(pod *model.Pod) model.Workload {
	for _, owner := range slices.Backward(pod.Owners) {
		if p.shows(owner) {
			return owner
		}
	}
	return itself(pod)
}

// shows keeps a namespaced kind within its namespace.
func (p *Plan) shows(w model.Workload) bool { return p.scope == "" || !w.ClusterScoped }

func itself(pod *model.Pod) model.Workload { return model.Workload{Kind: "Pod", Name: pod.Name} }
