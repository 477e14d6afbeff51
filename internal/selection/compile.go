package selection

import (
	"fmt"
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Compile returns the plan of a selection. A scope is the only namespace whose
// pods may count; "" means that the selection is of a cluster kind. An error
// names the field and says what would be right; it concerns this one object.
func Compile(scope string, s v1alpha1.ClusterSelection) (*Plan, error) {
	spec := field.NewPath("spec")
	target, err := targetOf(spec, scope, &s)
	if err != nil {
		return nil, err
	}
	p := &Plan{
		target:            target,
		scope:             scope,
		namespaces:        set(s.Namespaces),
		excludeNamespaces: set(s.ExcludeNamespaces),
		excludeContainers: set(s.ExcludeContainers),
		workloads:         workloadMatches(s.Workloads),
		wholeNamespaces:   !filtersPods(s),
		perNamespace:      perNamespace(s.GroupBy),
		climbs:            slices.ContainsFunc(s.Workloads, standsHigh) || slices.ContainsFunc(s.GroupBy, isTopKey),
	}
	if scope != "" {
		p.namespaces = map[string]bool{scope: true}
	}
	if p.pods, err = selector(spec.Child("selector"), s.Selector); err != nil {
		return nil, err
	}
	if p.pods == nil {
		p.pods = labels.Everything()
	}
	if p.namespaceLabels, err = selector(spec.Child("namespaceSelector"), s.NamespaceSelector); err != nil {
		return nil, err
	}
	if p.nodeLabels, err = selector(spec.Child("nodeSelector"), s.NodeSelector); err != nil {
		return nil, err
	}
	if err := p.group(spec.Child("groupBy"), s.GroupBy); err != nil {
		return nil, err
	}
	return p, nil
}

func set(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}

var operators = map[v1alpha1.LabelOperator]selection.Operator{
	v1alpha1.LabelIn:           selection.In,
	v1alpha1.LabelNotIn:        selection.NotIn,
	v1alpha1.LabelExists:       selection.Exists,
	v1alpha1.LabelDoesNotExist: selection.DoesNotExist,
}

// selector returns nil where s is absent. An empty selector is refused: it
// would select everything, and is mostly a mistyped one.
func selector(path *field.Path, s *v1alpha1.LabelSelector) (labels.Selector, error) {
	if s == nil {
		return nil, nil
	}
	if len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return nil, field.Required(path, "set matchLabels or matchExpressions, or leave the selector out to select everything")
	}
	out := labels.NewSelector()
	for _, l := range model.NewLabels(s.MatchLabels) {
		r, err := labels.NewRequirement(l.Key, selection.Equals, []string{l.Value})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Child("matchLabels").Key(l.Key), err)
		}
		out = out.Add(*r)
	}
	for i, e := range s.MatchExpressions {
		path := path.Child("matchExpressions").Index(i)
		op, ok := operators[e.Operator]
		if !ok {
			return nil, field.NotSupported(path.Child("operator"), e.Operator, []v1alpha1.LabelOperator{
				v1alpha1.LabelIn, v1alpha1.LabelNotIn, v1alpha1.LabelExists, v1alpha1.LabelDoesNotExist})
		}
		r, err := labels.NewRequirement(e.Key, op, e.Values, field.WithPath(path))
		if err != nil {
			return nil, err
		}
		out = out.Add(*r)
	}
	return out, nil
}
