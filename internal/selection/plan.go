// Package selection compiles the selection of a report into a Plan: which pods
// or nodes count, and into which rows they fold.
//
// A Plan is asked when a pod, its namespace, its node or the selection changes,
// never on a tick. Its answer for one pod is a list of parts: a row's subject
// and the containers that belong to it.
package selection

import (
	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/labels"
)

// Plan is a compiled selection. It is immutable.
type Plan struct {
	target            model.Target
	scope             string
	namespaces        map[string]bool
	excludeNamespaces map[string]bool
	excludeContainers map[string]bool
	workloads         []workloadMatch
	pods              labels.Selector
	namespaceLabels   labels.Selector
	nodeLabels        labels.Selector
	keys              []keyFunc
	labelKeys         []string
	byContainer       bool
	climbs            bool
	wholeNamespaces   bool
	perNamespace      bool
}

// Facts are a pod and what a selection may ask about its surroundings.
// Namespace and Node may be nil while they are not known: then they have no
// labels to group by, and no selector of theirs matches. The facts of a plan
// about nodes are a Node alone.
type Facts struct {
	Pod       *model.Pod
	Namespace *model.Namespace
	Node      *model.Node
}

// Part is the share of one pod in one row.
type Part struct {
	Subject model.Subject
	// Containers are indexes into the pod's Containers; nil means all.
	Containers []uint16
	// Single tells that the row is about containers, not pods.
	Single bool
}

// Target tells what the plan selects. Pods are asked for by Select and Parts,
// nodes by SelectNode and NodeSubject.
func (p *Plan) Target() model.Target { return p.target }

// Namespaces returns the namespaces that the plan is limited to; nil means all.
func (p *Plan) Namespaces() map[string]bool { return p.namespaces }

// LabelKeys returns the keys of the labels in a subject, in their order.
func (p *Plan) LabelKeys() []string { return p.labelKeys }

// Grouped tells whether pods or nodes fold into rows beside the total.
func (p *Plan) Grouped() bool { return len(p.keys) > 0 }

// ByContainer tells whether rows are about containers, so that one pod can be in
// several.
func (p *Plan) ByContainer() bool { return p.byContainer }

// Climbs tells whether owners beyond the workloads of pods matter.
func (p *Plan) Climbs() bool { return p.climbs }

// Select returns the containers of a pod that count; nil means all. It tells
// false when the pod does not count.
func (p *Plan) Select(f Facts) (containers []uint16, ok bool) {
	if !p.matches(f) {
		return nil, false
	}
	return p.included(f.Pod)
}

// Parts returns the rows into which a selected pod folds. The containers are
// those that Select returned.
func (p *Plan) Parts(f Facts, containers []uint16) []Part {
	if !p.Grouped() {
		return nil
	}
	subject := p.subject(f)
	if !p.byContainer {
		return []Part{{Subject: subject, Containers: containers}}
	}
	return byContainer(f.Pod, subject, containers)
}

func (p *Plan) matches(f Facts) bool {
	pod := f.Pod
	return (p.namespaces == nil || p.namespaces[pod.Namespace]) &&
		!p.excludeNamespaces[pod.Namespace] &&
		p.pods.Matches(pod.Labels) &&
		p.matchesWorkload(pod) &&
		(p.namespaceLabels == nil || f.Namespace != nil && p.namespaceLabels.Matches(f.Namespace.Labels)) &&
		(p.nodeLabels == nil || f.Node != nil && p.nodeLabels.Matches(f.Node.Labels))
}

func (p *Plan) included(pod *model.Pod) (containers []uint16, ok bool) {
	if !p.excludesAny(pod) {
		return nil, true
	}
	for i := range pod.Containers {
		if !p.excludeContainers[pod.Containers[i].Name] {
			containers = append(containers, uint16(i))
		}
	}
	return containers, len(containers) > 0
}

func (p *Plan) excludesAny(pod *model.Pod) bool {
	if len(p.excludeContainers) == 0 {
		return false
	}
	for i := range pod.Containers {
		if p.excludeContainers[pod.Containers[i].Name] {
			return true
		}
	}
	return false
}

func (p *Plan) subject(f Facts) model.Subject {
	var s model.Subject
	for _, key := range p.keys {
		key(&s, f)
	}
	return s
}

// byContainer makes a part of each container.
func byContainer(pod *model.Pod, subject model.Subject, containers []uint16) []Part {
	if containers == nil {
		containers = make([]uint16, len(pod.Containers))
		for i := range containers {
			containers[i] = uint16(i)
		}
	}
	parts := make([]Part, len(containers))
	for i, c := range containers {
		parts[i] = Part{Subject: subject, Containers: containers[i : i+1 : i+1], Single: true}
		parts[i].Subject.Container = pod.Containers[c].Name
	}
	return parts
}
