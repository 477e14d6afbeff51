package selection

import "github.com/usage-operator/usage-operator/api/v1alpha1"

// Scope returns the only namespace whose pods may count; "" for a cluster kind.
func (p *Plan) Scope() string { return p.scope }

// WholeNamespaces tells whether all pods of a namespace count, with all of their
// containers, where any does: so that what they use can be compared with what is
// said of the namespace.
func (p *Plan) WholeNamespaces() bool { return p.wholeNamespaces }

// PerNamespace tells whether each row is about exactly one namespace.
func (p *Plan) PerNamespace() bool { return p.perNamespace }

// filtersPods tells whether pods of one namespace can be treated differently.
func filtersPods(s v1alpha1.ClusterSelection) bool {
	return s.Selector != nil || len(s.Workloads) > 0 || len(s.ExcludeContainers) > 0 || s.NodeSelector != nil
}

// perNamespace tells whether rows are told apart by the namespace, and by nothing
// else that pods of one namespace may differ in.
func perNamespace(keys []v1alpha1.GroupKey) bool {
	named := false
	for _, k := range keys {
		switch k.Type {
		case v1alpha1.GroupByNamespace:
			named = true
		case v1alpha1.GroupByNamespaceLabel:
		default:
			return false
		}
	}
	return named
}
