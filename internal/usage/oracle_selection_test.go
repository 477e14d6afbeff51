package usage_test

import (
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

// counted returns the containers of a pod that a report counts, nil when it does
// not count the pod.
func (o *oracle) counted(r *trueReport, p *truePod) []int {
	s := &r.spec
	switch {
	case r.scope != "" && p.Namespace != r.scope,
		s.Namespaces != nil && !slices.Contains(s.Namespaces, p.Namespace),
		slices.Contains(s.ExcludeNamespaces, p.Namespace),
		!fits(s.Selector, p.Labels, true),
		!r.owns(p):
		return nil
	}
	namespace, known := o.namespaces[p.Namespace]
	if !fits(s.NamespaceSelector, namespace, known) {
		return nil
	}
	node, known := o.nodes[p.Node]
	if !fits(s.NodeSelector, node, known) {
		return nil
	}
	containers := []int{}
	for i := range p.Containers {
		if !slices.Contains(s.ExcludeContainers, p.Containers[i].Name) {
			containers = append(containers, i)
		}
	}
	if len(containers) == 0 && len(p.Containers) > 0 {
		return nil
	}
	return containers
}

// fits tells whether an object has the labels that are asked for. Of an object
// that is not known nothing is true.
func fits(s *v1alpha1.LabelSelector, labels model.Labels, known bool) bool {
	if s == nil {
		return true
	}
	if !known {
		return false
	}
	for key, want := range s.MatchLabels {
		if got, exists := valueOf(labels, key); !exists || got != want {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		got, exists := valueOf(labels, e.Key)
		holds := map[v1alpha1.LabelOperator]bool{
			v1alpha1.LabelIn:           exists && slices.Contains(e.Values, got),
			v1alpha1.LabelNotIn:        !exists || !slices.Contains(e.Values, got),
			v1alpha1.LabelExists:       exists,
			v1alpha1.LabelDoesNotExist: !exists,
		}
		if !holds[e.Operator] {
			return false
		}
	}
	return true
}

func valueOf(labels model.Labels, key string) (string, bool) {
	for _, l := range labels {
		if l.Key == key {
			return l.Value, true
		}
	}
	return "", false
}

// chain returns the owners of a pod that a report may show, nearest first, the
// pod itself where there are none.
func (r *trueReport) chain(p *truePod) []model.Workload {
	var chain []model.Workload
	for _, owner := range p.Owners {
		if r.scope != "" && owner.ClusterScoped {
			break // those above it own the pod through it only
		}
		chain = append(chain, owner)
	}
	if chain == nil {
		return []model.Workload{{Kind: "Pod", Name: p.Name}}
	}
	return chain
}

// workloadAt returns the one of a chain that a level means. Workload is what
// stands behind the first ReplicaSets, Jobs and Pods, or the last of these.
func workloadAt(level v1alpha1.WorkloadLevel, chain []model.Workload) model.Workload {
	last := len(chain) - 1
	switch level {
	case v1alpha1.LevelController:
		return chain[0]
	case v1alpha1.LevelTop:
		return chain[last]
	}
	steps := []string{"apps/ReplicaSet", "batch/Job", "/Pod"}
	at := slices.IndexFunc(chain, func(w model.Workload) bool { return !slices.Contains(steps, w.Group+"/"+w.Kind) })
	if at < 0 {
		at = last
	}
	return chain[at]
}

func (r *trueReport) owns(p *truePod) bool {
	if r.spec.Workloads == nil {
		return true
	}
	for _, want := range r.spec.Workloads {
		for _, owner := range r.chain(p) {
			if want.Kind == owner.Kind &&
				(want.APIGroup == "" || want.APIGroup == owner.Group) &&
				(want.Name == "" || want.Name == owner.Name) {
				return true
			}
		}
	}
	return false
}

func (r *trueReport) labelKeys() (keys []string) {
	for _, k := range r.spec.GroupBy {
		if k.Label != "" {
			keys = append(keys, k.Label)
		}
	}
	return keys
}

// truePart is the share of a pod in a row.
type truePart struct {
	subject    model.Subject
	containers []int
	single     bool
}

// parts returns the rows that a pod's containers fold into.
func (o *oracle) parts(r *trueReport, p *truePod, containers []int) []truePart {
	var subject model.Subject
	byContainer := false
	labels := 0
	for _, k := range r.spec.GroupBy {
		switch k.Type {
		case v1alpha1.GroupByNamespace:
			subject.Namespace = p.Namespace
		case v1alpha1.GroupByWorkload:
			subject.Namespace, subject.Workload = p.Namespace, workloadAt(k.Level, r.chain(p))
		case v1alpha1.GroupByPod:
			subject.Namespace, subject.Pod = p.Namespace, p.Name
		case v1alpha1.GroupByNode:
			subject.Node = p.Node
		case v1alpha1.GroupByContainer:
			byContainer = true
		default:
			of := map[v1alpha1.GroupKeyType]model.Labels{
				v1alpha1.GroupByPodLabel:       p.Labels,
				v1alpha1.GroupByNamespaceLabel: o.namespaces[p.Namespace],
				v1alpha1.GroupByNodeLabel:      o.nodes[p.Node],
			}
			value, present := valueOf(of[k.Type], k.Label)
			subject.Labels[labels] = model.LabelValue{Value: value, Present: present}
			labels++
		}
	}
	switch {
	case r.spec.GroupBy == nil:
		return nil
	case !byContainer:
		return []truePart{{subject: subject, containers: containers}}
	}
	parts := make([]truePart, len(containers))
	for i, c := range containers {
		parts[i] = truePart{subject: subject, containers: []int{c}, single: true}
		parts[i].subject.Container = p.Containers[c].Name
	}
	return parts
}
