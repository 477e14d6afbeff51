package selection_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

var node = model.Node{Name: "n1", Labels: model.NewLabels(map[string]string{"pool": "gpu", "empty": ""})}

// ofNodes is a selection of nodes, changed.
func ofNodes(change func(*v1alpha1.ClusterSelection)) v1alpha1.ClusterSelection {
	s := v1alpha1.ClusterSelection{Target: v1alpha1.TargetNodes}
	change(&s)
	return s
}

func TestTarget(t *testing.T) {
	for target, want := range map[v1alpha1.Target]model.Target{
		"": model.Pods, v1alpha1.TargetPods: model.Pods, v1alpha1.TargetNodes: model.Nodes,
	} {
		if got := compile(t, "", v1alpha1.ClusterSelection{Target: target}).Target(); got != want {
			t.Errorf("target %q is compiled to %d, want %d", target, got, want)
		}
	}
}

func TestSelectNode(t *testing.T) {
	for _, test := range []struct {
		name     string
		selector *v1alpha1.LabelSelector
		want     bool
	}{
		{"every node", nil, true},
		{"a label", having("pool", "gpu"), true},
		{"an empty label", having("empty", ""), true},
		{"another value", having("pool", "cpu"), false},
		{"an absent label", having("absent", ""), false},
		{"not one of", where("pool", v1alpha1.LabelNotIn, "cpu"), true},
		{"not one of, absent", where("absent", v1alpha1.LabelNotIn, "cpu"), true},
	} {
		p := compile(t, "", ofNodes(func(s *v1alpha1.ClusterSelection) { s.NodeSelector = test.selector }))
		if got := p.SelectNode(&node); got != test.want {
			t.Errorf("%s: selected %t, want %t", test.name, got, test.want)
		}
	}
}

func TestNodeSubject(t *testing.T) {
	for _, test := range []struct {
		name    string
		keys    []v1alpha1.GroupKey
		want    model.Subject
		labels  []string
		grouped bool
	}{
		{"not grouped", nil, model.Subject{}, nil, false},
		{"node", []v1alpha1.GroupKey{nodeKey}, model.Subject{Node: "n1"}, nil, true},
		{"label", []v1alpha1.GroupKey{nodeLabel("pool")},
			model.Subject{Labels: [4]model.LabelValue{{Value: "gpu", Present: true}}}, []string{"pool"}, true},
		{"all", []v1alpha1.GroupKey{nodeLabel("absent"), nodeKey, nodeLabel("empty"), nodeLabel("pool")},
			model.Subject{Node: "n1", Labels: [4]model.LabelValue{{}, {Present: true}, {Value: "gpu", Present: true}}},
			[]string{"absent", "empty", "pool"}, true},
	} {
		p := compile(t, "", ofNodes(func(s *v1alpha1.ClusterSelection) { s.GroupBy = test.keys }))
		if diff := cmp.Diff(test.want, p.NodeSubject(&node)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.labels, p.LabelKeys()); diff != "" || p.Grouped() != test.grouped {
			t.Errorf("%s: grouped %t, keys of labels (-want +got):\n%s", test.name, p.Grouped(), diff)
		}
	}
}

// TestErrorsOfNodesTeach: what the API server refuses is refused here too.
func TestErrorsOfNodesTeach(t *testing.T) {
	for _, test := range []struct {
		name, scope string
		spec        v1alpha1.ClusterSelection
		want        []string
	}{
		{name: "an unknown target", spec: v1alpha1.ClusterSelection{Target: "Node"}, want: []string{"spec.target", `"Node"`, `"Pods", "Nodes"`}},
		{name: "nodes of a namespace", scope: "shop", spec: ofNodes(func(*v1alpha1.ClusterSelection) {}),
			want: []string{"spec.target: Forbidden", "use a ClusterUsageReport"}},
		{name: "selector", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.Selector = having("app", "web") }),
			want: []string{"spec.selector: Forbidden", "target is Nodes", "use nodeSelector"}},
		{name: "workloads", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.Workloads = []v1alpha1.WorkloadMatch{{Kind: "Pod"}} }),
			want: []string{"spec.workloads: Forbidden", "target is Nodes", "remove them"}},
		{name: "containers", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.ExcludeContainers = []string{"log"} }),
			want: []string{"spec.excludeContainers: Forbidden", "target is Nodes", "remove it"}},
		{name: "namespaces", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.Namespaces = []string{"shop"} }),
			want: []string{"spec.namespaces: Forbidden", "nodes belong to no namespace"}},
		{name: "excluded namespaces", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.ExcludeNamespaces = []string{"shop"} }),
			want: []string{"spec.excludeNamespaces: Forbidden", "nodes belong to no namespace"}},
		{name: "selected namespaces", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.NamespaceSelector = having("team", "x") }),
			want: []string{"spec.namespaceSelector: Forbidden", "nodes belong to no namespace", "use nodeSelector"}},
		{name: "by pod", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.GroupBy = []v1alpha1.GroupKey{nodeKey, podKey} }),
			want: []string{"spec.groupBy[1].type", `"Pod"`, `supported values: "Node", "NodeLabel"`}},
		{name: "by a label of namespaces", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.GroupBy = []v1alpha1.GroupKey{namespaceLabel("team")} }),
			want: []string{"spec.groupBy[0].type", `"NamespaceLabel"`, `supported values: "Node", "NodeLabel"`}},
		{name: "a node twice", spec: ofNodes(func(s *v1alpha1.ClusterSelection) { s.GroupBy = []v1alpha1.GroupKey{nodeKey, nodeKey} }),
			want: []string{"spec.groupBy[1]: Duplicate"}},
	} {
		_, err := selection.Compile(test.scope, test.spec)
		mustTeach(t, test.name, err, test.want)
	}
}

func TestCheckOrder(t *testing.T) {
	by := func(m v1alpha1.SortMeasure) *v1alpha1.SortBy { return &v1alpha1.SortBy{Measure: m} }
	for _, target := range []v1alpha1.Target{"", v1alpha1.TargetPods} {
		mustTeach(t, "pods by allocatable", selection.CheckOrder(target, by(v1alpha1.SortByPercentOfAllocatable)),
			[]string{"spec.sortBy.measure: Forbidden", "only nodes have allocatable", "target: Nodes"})
		for _, m := range []v1alpha1.SortMeasure{"", v1alpha1.SortByUsage, v1alpha1.SortByRequests, v1alpha1.SortByPercentOfRequests} {
			if err := selection.CheckOrder(target, by(m)); err != nil {
				t.Errorf("target %q by %s: %v", target, m, err)
			}
		}
	}
	for _, m := range []v1alpha1.SortMeasure{v1alpha1.SortByRequests, v1alpha1.SortByPercentOfRequests} {
		mustTeach(t, "nodes by requests", selection.CheckOrder(v1alpha1.TargetNodes, by(m)),
			[]string{"spec.sortBy.measure", string(m), `supported values: "Usage", "PercentOfAllocatable"`})
	}
	for _, b := range []*v1alpha1.SortBy{nil, by(""), by(v1alpha1.SortByUsage), by(v1alpha1.SortByPercentOfAllocatable)} {
		if err := selection.CheckOrder(v1alpha1.TargetNodes, b); err != nil {
			t.Errorf("nodes by %v: %v", b, err)
		}
	}
}

func mustTeach(t *testing.T, name string, err error, want []string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: the error misses %q: %v", name, part, err)
		}
	}
}
