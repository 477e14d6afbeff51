package selection

import (
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// SelectNode tells whether a node counts.
func (p *Plan) SelectNode(n *model.Node) bool {
	return p.nodeLabels == nil || p.nodeLabels.Matches(n.Labels)
}

// NodeSubject returns the row into which a selected node folds.
func (p *Plan) NodeSubject(n *model.Node) model.Subject { return p.subject(Facts{Node: n}) }

// targetOf returns what a selection is about. The API server refuses the same,
// but an object may have been stored before it did.
func targetOf(spec *field.Path, scope string, s *v1alpha1.ClusterSelection) (model.Target, error) {
	switch s.Target {
	case "", v1alpha1.TargetPods:
		return model.Pods, nil
	case v1alpha1.TargetNodes:
		if scope != "" {
			return 0, field.Forbidden(spec.Child("target"), "nodes belong to the cluster; use a ClusterUsageReport")
		}
		return model.Nodes, refusePodFields(spec, s)
	default:
		return 0, field.NotSupported(spec.Child("target"), s.Target, []v1alpha1.Target{v1alpha1.TargetPods, v1alpha1.TargetNodes})
	}
}

// refusePodFields refuses what nodes cannot be asked for.
func refusePodFields(spec *field.Path, s *v1alpha1.ClusterSelection) error {
	for _, f := range []struct {
		name string
		set  bool
		why  string
	}{
		{"selector", s.Selector != nil, "it asks for labels of pods: use nodeSelector, or target: Pods"},
		{"workloads", len(s.Workloads) > 0, "they own pods: remove them, or use target: Pods"},
		{"excludeContainers", len(s.ExcludeContainers) > 0, "a node is measured as a whole: remove it, or use target: Pods"},
		{"namespaces", len(s.Namespaces) > 0, "nodes belong to no namespace: remove it, or use target: Pods"},
		{"excludeNamespaces", len(s.ExcludeNamespaces) > 0, "nodes belong to no namespace: remove it, or use target: Pods"},
		{"namespaceSelector", s.NamespaceSelector != nil, "nodes belong to no namespace: use nodeSelector, or target: Pods"},
	} {
		if f.set {
			return field.Forbidden(spec.Child(f.name), "target is Nodes; "+f.why)
		}
	}
	for i, k := range s.GroupBy {
		if k.Type != v1alpha1.GroupByNode && k.Type != v1alpha1.GroupByNodeLabel {
			return field.NotSupported(spec.Child("groupBy").Index(i).Child("type"), k.Type,
				[]v1alpha1.GroupKeyType{v1alpha1.GroupByNode, v1alpha1.GroupByNodeLabel})
		}
	}
	return nil
}

// CheckOrder refuses an order of rows by what the target of a selection does not
// have. Nil is the default order.
func CheckOrder(target v1alpha1.Target, by *v1alpha1.SortBy) error {
	if by == nil {
		return nil
	}
	measure := field.NewPath("spec", "sortBy", "measure")
	ofAllocatable := by.Measure == v1alpha1.SortByPercentOfAllocatable
	switch {
	case target != v1alpha1.TargetNodes && ofAllocatable:
		return field.Forbidden(measure, "only nodes have allocatable: use PercentOfRequests, or a ClusterUsageReport with target: Nodes")
	case target == v1alpha1.TargetNodes && !ofAllocatable && by.Measure != "" && by.Measure != v1alpha1.SortByUsage:
		return field.NotSupported(measure, by.Measure, []v1alpha1.SortMeasure{v1alpha1.SortByUsage, v1alpha1.SortByPercentOfAllocatable})
	}
	return nil
}
