package selection_test

import (
	"encoding/json"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// FuzzCompile takes whatever spec can be stored. It is refused with a reason, or it is
// a plan that can be asked about any pod or node, and never leaves its namespace.
func FuzzCompile(f *testing.F) {
	f.Add("", `{}`)
	f.Add("shop", `{"selector": {"matchLabels": {"app": "web"}}, "groupBy": [{"type": "Pod"}, {"type": "PodLabel", "label": "team"}]}`)
	f.Add("shop", `{"namespaces": ["data"], "groupBy": [{"type": "Galaxy"}]}`)
	f.Add("", `{"workloads": [{"apiGroup": "apps", "kind": "Deployment", "name": "web"}], "excludeContainers": ["app"], "groupBy": [{"type": "Container"}]}`)
	f.Add("", `{"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a", "b"]}]}, "groupBy": [{"type": "NamespaceLabel", "label": "team"}]}`)
	f.Add("", `{"target": "Nodes", "nodeSelector": {"matchLabels": {"pool": "gpu"}}, "groupBy": [{"type": "NodeLabel", "label": "pool"}]}`)
	f.Add("", `{"groupBy": [{"type": "Workload", "level": "Top"}, {"type": "Namespace"}]}`)
	f.Fuzz(func(t *testing.T, scope, text string) {
		var spec v1alpha1.ClusterSelection
		if json.Unmarshal([]byte(text), &spec) != nil {
			return
		}
		plan, err := selection.Compile(scope, spec)
		if err != nil {
			if plan != nil || err.Error() == "" {
				t.Errorf("it is refused with the error %q and the plan %v", err, plan)
			}
			return
		}
		ask(t, scope, plan)
	})
}

// ask asks a plan about pods of two namespaces, and about a node.
func ask(t *testing.T, scope string, plan *selection.Plan) {
	t.Helper()
	if plan.Target() == model.Nodes {
		node := facts().Node
		if plan.SelectNode(node) && plan.Grouped() {
			plan.NodeSubject(node)
		}
		return
	}
	for _, namespace := range []string{"shop", "data"} {
		pod := facts(func(f *selection.Facts) { f.Pod.Namespace, f.Namespace.Name = namespace, namespace })
		containers, ok := plan.Select(pod)
		if !ok {
			continue
		}
		if scope != "" && scope != namespace {
			t.Errorf("the plan of %q selects a pod of %q", scope, namespace)
		}
		if parts := plan.Parts(pod, containers); plan.Grouped() != (len(parts) > 0) {
			t.Errorf("a pod that is selected has the parts %v", parts)
		}
	}
}
