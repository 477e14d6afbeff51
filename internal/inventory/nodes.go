package inventory

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// nodeFacts are what is kept of a node beside its name and its labels. Its
// kubelet writes the status every few minutes, and hardly ever one of these.
type nodeFacts struct {
	uid         string
	allocatable model.Declared
	ready       bool
	// created is in Unix seconds.
	created int64
}

// compactNode keeps what counts of a node.
func compactNode(obj any, in *interner) (*named, error) {
	n, ok := obj.(*corev1.Node)
	if !ok {
		return nil, fmt.Errorf("the inventory got a %T in place of a node", obj)
	}
	facts := nodeFacts{uid: string(n.UID), ready: isReady(n), created: unixSeconds(&n.CreationTimestamp)}
	raise(&facts.allocatable, n.Status.Allocatable)
	return &named{name: n.Name, labels: in.labels(n.Labels), node: facts}, nil
}

// isReady tells whether a node is Ready by its status. It is not where the
// status is Unknown, which is what becomes of a node that is not heard of.
func isReady(n *corev1.Node) bool {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

func nodeChange(n *named) model.Change {
	return model.Change{Node: &model.Node{
		UID: n.node.uid, Name: n.name, Labels: n.labels,
		Allocatable: n.node.allocatable, Ready: n.node.ready, CreationTime: n.node.created,
	}}
}
