package selection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// keyFunc writes one property of a pod or a node into a subject.
type keyFunc func(s *model.Subject, f Facts)

// group compiles the groupBy keys.
func (p *Plan) group(path *field.Path, keys []v1alpha1.GroupKey) error {
	if len(keys) > model.MaxGroupKeys {
		return field.TooMany(path, len(keys), model.MaxGroupKeys)
	}
	for i, k := range keys {
		path := path.Index(i)
		if slices.Contains(keys[:i], k) {
			return field.Duplicate(path, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", k.Type, k.Label, k.Level)), " "))
		}
		if k.Type == v1alpha1.GroupByWorkload && slices.ContainsFunc(keys[:i], isWorkloadKey) {
			return field.Forbidden(path, "a row names one owner: keep one level of Workload")
		}
		key, err := p.key(path, k)
		if err != nil {
			return err
		}
		p.keys = append(p.keys, key)
	}
	return nil
}

func (p *Plan) key(path *field.Path, k v1alpha1.GroupKey) (keyFunc, error) {
	if k.Level != "" && k.Type != v1alpha1.GroupByWorkload {
		return nil, field.Forbidden(path.Child("level"), "only Workload takes a level")
	}
	if labelsOf, ok := labelSources[k.Type]; ok {
		return p.labelKey(path, k, labelsOf)
	}
	if k.Label != "" {
		return nil, field.Forbidden(path.Child("label"), "only PodLabel, NamespaceLabel and NodeLabel take a label")
	}
	switch k.Type {
	case v1alpha1.GroupByNamespace:
		return byNamespace, nil
	case v1alpha1.GroupByWorkload:
		return p.workloadKey(path, k)
	case v1alpha1.GroupByPod:
		return byPod, nil
	case v1alpha1.GroupByContainer:
		p.byContainer = true
		return func(*model.Subject, Facts) {}, nil // each part names its container
	case v1alpha1.GroupByNode:
		return byNode, nil
	default:
		return nil, field.NotSupported(path.Child("type"), k.Type, []v1alpha1.GroupKeyType{
			v1alpha1.GroupByNamespace, v1alpha1.GroupByWorkload, v1alpha1.GroupByPod, v1alpha1.GroupByContainer,
			v1alpha1.GroupByNode, v1alpha1.GroupByPodLabel, v1alpha1.GroupByNamespaceLabel, v1alpha1.GroupByNodeLabel})
	}
}

func byNamespace(s *model.Subject, f Facts) { s.Namespace = f.Pod.Namespace }

func byPod(s *model.Subject, f Facts) { s.Namespace, s.Pod = f.Pod.Namespace, f.Pod.Name }

func byNode(s *model.Subject, f Facts) {
	if f.Pod == nil {
		s.Node = f.Node.Name
		return
	}
	s.Node = f.Pod.Node
}

func isWorkloadKey(k v1alpha1.GroupKey) bool { return k.Type == v1alpha1.GroupByWorkload }

func isTopKey(k v1alpha1.GroupKey) bool { return k.Level == v1alpha1.LevelTop }

func (p *Plan) workloadKey(path *field.Path, k v1alpha1.GroupKey) (keyFunc, error) {
	ownerOf, ok := levels[k.Level]
	if !ok {
		return nil, field.NotSupported(path.Child("level"), k.Level, []v1alpha1.WorkloadLevel{
			v1alpha1.LevelController, v1alpha1.LevelWorkload, v1alpha1.LevelTop})
	}
	return func(s *model.Subject, f Facts) {
		s.Namespace, s.Workload = f.Pod.Namespace, ownerOf(p, f.Pod)
	}, nil
}

// labelSources find the labels that a Label type speaks of.
var labelSources = map[v1alpha1.GroupKeyType]func(Facts) model.Labels{
	v1alpha1.GroupByPodLabel: func(f Facts) model.Labels { return f.Pod.Labels },
	v1alpha1.GroupByNamespaceLabel: func(f Facts) model.Labels {
		if f.Namespace == nil {
			return nil
		}
		return f.Namespace.Labels
	},
	v1alpha1.GroupByNodeLabel: func(f Facts) model.Labels {
		if f.Node == nil {
			return nil
		}
		return f.Node.Labels
	},
}

func (p *Plan) labelKey(path *field.Path, k v1alpha1.GroupKey, labelsOf func(Facts) model.Labels) (keyFunc, error) {
	if k.Label == "" {
		return nil, field.Required(path.Child("label"), fmt.Sprintf("%s takes the key of a label", k.Type))
	}
	if k.Type == v1alpha1.GroupByNodeLabel && p.scope != "" {
		return nil, field.Forbidden(path.Child("type"), "labels of nodes are not shown to a namespace; use a ClusterUsageReport")
	}
	at := len(p.labelKeys)
	p.labelKeys = append(p.labelKeys, k.Label)
	return func(s *model.Subject, f Facts) {
		value, present := labelsOf(f).Lookup(k.Label)
		s.Labels[at] = model.LabelValue{Value: value, Present: present}
	}, nil
}
