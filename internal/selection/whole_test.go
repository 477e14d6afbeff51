package selection_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestWholeNamespaces: what is said of a namespace can be compared only with rows
// that leave out none of its pods and containers.
func TestWholeNamespaces(t *testing.T) {
	for _, test := range []struct {
		name string
		spec v1alpha1.ClusterSelection
		want bool
	}{
		{"everything", v1alpha1.ClusterSelection{}, true},
		{"some namespaces", v1alpha1.ClusterSelection{Namespaces: []string{"shop"}}, true},
		{"all namespaces but one", v1alpha1.ClusterSelection{ExcludeNamespaces: []string{"shop"}}, true},
		{"namespaces by label", v1alpha1.ClusterSelection{NamespaceSelector: having("team", "x")}, true},
		{"however grouped", grouped(podKey), true},
		{"pods by label", byLabels(having("app", "web")), false},
		{"pods by owner", byWorkloads(v1alpha1.WorkloadMatch{Kind: "Deployment"}), false},
		{"without sidecars", without("istio-proxy"), false},
		{"pods by node", v1alpha1.ClusterSelection{NodeSelector: having("pool", "gpu")}, false},
	} {
		if got := compile(t, "", test.spec).WholeNamespaces(); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestPerNamespace(t *testing.T) {
	namespace, team := v1alpha1.GroupKey{Type: v1alpha1.GroupByNamespace}, v1alpha1.GroupKey{Type: v1alpha1.GroupByNamespaceLabel, Label: "team"}
	for _, test := range []struct {
		name string
		keys []v1alpha1.GroupKey
		want bool
	}{
		{"no rows", nil, false},
		{"namespace", []v1alpha1.GroupKey{namespace}, true},
		{"namespace with its label", []v1alpha1.GroupKey{team, namespace}, true},
		{"label of namespaces", []v1alpha1.GroupKey{team}, false},
		{"workload", []v1alpha1.GroupKey{workloadKey}, false},
		{"namespace and workload", []v1alpha1.GroupKey{namespace, workloadKey}, false},
		{"namespace and node", []v1alpha1.GroupKey{namespace, {Type: v1alpha1.GroupByNode}}, false},
		{"namespace and container", []v1alpha1.GroupKey{{Type: v1alpha1.GroupByContainer}, namespace}, false},
		{"namespace and label of pods", []v1alpha1.GroupKey{namespace, {Type: v1alpha1.GroupByPodLabel, Label: "team"}}, false},
	} {
		if got := compile(t, "", grouped(test.keys...)).PerNamespace(); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestScope(t *testing.T) {
	for _, scope := range []string{"", "shop"} {
		if got := compile(t, scope, grouped()).Scope(); got != scope {
			t.Errorf("the scope is %q, want %q", got, scope)
		}
	}
}
