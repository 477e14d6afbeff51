package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

var (
	deployment  = model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}
	replicaSet  = model.Workload{Group: "apps", Kind: "ReplicaSet", Name: "web-5c"}
	rollout     = model.Workload{Group: "argoproj.io", Kind: "Rollout", Name: "web"}
	staticNode  = model.Workload{Kind: "Node", Name: "n1", ClusterScoped: true}
	clusterKind = model.Workload{Group: "example.com", Kind: "Fleet", Name: "f", ClusterScoped: true}
)

// facts are of a pod that most tests start from.
func facts(change ...func(*selection.Facts)) selection.Facts {
	f := selection.Facts{
		Pod: &model.Pod{
			UID: "uid", Namespace: "shop", Name: "web-1", Node: "n1",
			Labels: model.NewLabels(map[string]string{"app": "web", "tier": "front", "empty": ""}),
			Owners: []model.Workload{replicaSet, deployment},
			Containers: []model.Container{
				{Name: "app"}, {Name: "istio-proxy"}, {Name: "log"},
			},
		},
		Namespace: &model.Namespace{Name: "shop", Labels: model.NewLabels(map[string]string{"team": "x"})},
		Node:      &model.Node{Name: "n1", Labels: model.NewLabels(map[string]string{"pool": "gpu"})},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func ownedBy(owners ...model.Workload) func(*selection.Facts) {
	return func(f *selection.Facts) { f.Pod.Owners = owners }
}

func unknownNamespace(f *selection.Facts) { f.Namespace = nil }

func unknownNode(f *selection.Facts) { f.Node = nil }

func having(key, value string) *v1alpha1.LabelSelector {
	return &v1alpha1.LabelSelector{MatchLabels: map[string]v1alpha1.LabelValue{key: value}}
}

func where(key string, op v1alpha1.LabelOperator, values ...string) *v1alpha1.LabelSelector {
	return &v1alpha1.LabelSelector{MatchExpressions: []v1alpha1.LabelExpression{{Key: key, Operator: op, Values: values}}}
}

func pods(s v1alpha1.Selection) v1alpha1.ClusterSelection {
	return v1alpha1.ClusterSelection{Selection: s}
}

func byLabels(s *v1alpha1.LabelSelector) v1alpha1.ClusterSelection {
	return pods(v1alpha1.Selection{Selector: s})
}

func byWorkloads(w ...v1alpha1.WorkloadMatch) v1alpha1.ClusterSelection {
	return pods(v1alpha1.Selection{Workloads: w})
}

func without(containers ...string) v1alpha1.ClusterSelection {
	return pods(v1alpha1.Selection{ExcludeContainers: containers})
}

func compile(t *testing.T, scope string, s v1alpha1.ClusterSelection) *selection.Plan {
	t.Helper()
	p, err := selection.Compile(scope, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// selected is one question to a plan. Containers nil means all of them.
type selected struct {
	name       string
	scope      string
	spec       v1alpha1.ClusterSelection
	facts      selection.Facts
	containers []uint16
	want       bool
}

func (s selected) test(t *testing.T) {
	t.Helper()
	containers, ok := compile(t, s.scope, s.spec).Select(s.facts)
	if ok != s.want {
		t.Fatalf("selected: %t, want %t", ok, s.want)
	}
	if diff := cmp.Diff(s.containers, containers); ok && diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
}

func TestSelectByLabels(t *testing.T) {
	for _, s := range []selected{
		{name: "nothing asked", want: true},
		{name: "label", spec: byLabels(having("app", "web")), want: true},
		{name: "another value", spec: byLabels(having("app", "api")), want: false},
		{name: "absent label", spec: byLabels(having("team", "")), want: false},
		{name: "empty label", spec: byLabels(having("empty", "")), want: true},
		{name: "all labels must hold", spec: byLabels(&v1alpha1.LabelSelector{
			MatchLabels: map[string]v1alpha1.LabelValue{"app": "web", "tier": "back"}}), want: false},
		{name: "labels and expressions must hold", spec: byLabels(&v1alpha1.LabelSelector{
			MatchLabels:      map[string]v1alpha1.LabelValue{"app": "web"},
			MatchExpressions: []v1alpha1.LabelExpression{{Key: "tier", Operator: v1alpha1.LabelDoesNotExist}}}), want: false},
		{name: "in", spec: byLabels(where("app", v1alpha1.LabelIn, "api", "web")), want: true},
		{name: "not in the values", spec: byLabels(where("app", v1alpha1.LabelIn, "api")), want: false},
		{name: "in, absent", spec: byLabels(where("team", v1alpha1.LabelIn, "x")), want: false},
		{name: "not in", spec: byLabels(where("app", v1alpha1.LabelNotIn, "api")), want: true},
		{name: "not in, but is", spec: byLabels(where("app", v1alpha1.LabelNotIn, "api", "web")), want: false},
		{name: "not in, absent", spec: byLabels(where("team", v1alpha1.LabelNotIn, "x")), want: true},
		{name: "exists", spec: byLabels(where("empty", v1alpha1.LabelExists)), want: true},
		{name: "exists, absent", spec: byLabels(where("team", v1alpha1.LabelExists)), want: false},
		{name: "does not exist", spec: byLabels(where("team", v1alpha1.LabelDoesNotExist)), want: true},
		{name: "does not exist, but does", spec: byLabels(where("empty", v1alpha1.LabelDoesNotExist)), want: false},
	} {
		s.facts = facts()
		t.Run(s.name, s.test)
	}
}

func TestSelectByNamespace(t *testing.T) {
	list := func(in, out []string) v1alpha1.ClusterSelection {
		return v1alpha1.ClusterSelection{Namespaces: in, ExcludeNamespaces: out}
	}
	labelled := func(s *v1alpha1.LabelSelector) v1alpha1.ClusterSelection {
		return v1alpha1.ClusterSelection{NamespaceSelector: s}
	}
	for _, s := range []selected{
		{name: "its own", scope: "shop", want: true},
		{name: "another's", scope: "data", want: false},
		{name: "a scope beats a list", scope: "data", spec: list([]string{"shop"}, nil), want: false},
		{name: "listed", spec: list([]string{"data", "shop"}, nil), want: true},
		{name: "not listed", spec: list([]string{"data"}, nil), want: false},
		{name: "left out", spec: list(nil, []string{"shop"}), want: false},
		{name: "another left out", spec: list(nil, []string{"data"}), want: true},
		{name: "listed and left out", spec: list([]string{"shop"}, []string{"shop"}), want: false},
		{name: "label", spec: labelled(having("team", "x")), want: true},
		{name: "another label", spec: labelled(having("team", "y")), want: false},
		{name: "the pod's label does not count", spec: labelled(having("app", "web")), want: false},
		{name: "not known", spec: labelled(having("team", "x")), facts: facts(unknownNamespace), want: false},
		{name: "not known has no labels to lack", spec: labelled(where("team", v1alpha1.LabelDoesNotExist)), facts: facts(unknownNamespace), want: false},
		{name: "not known and not asked", facts: facts(unknownNamespace, unknownNode), want: true},
	} {
		if s.facts.Pod == nil {
			s.facts = facts()
		}
		t.Run(s.name, s.test)
	}
}

func TestSelectByNode(t *testing.T) {
	spec := func(s *v1alpha1.LabelSelector) v1alpha1.ClusterSelection {
		return v1alpha1.ClusterSelection{NodeSelector: s}
	}
	for _, s := range []selected{
		{name: "label", spec: spec(having("pool", "gpu")), facts: facts(), want: true},
		{name: "another label", spec: spec(having("pool", "cpu")), facts: facts(), want: false},
		{name: "the namespace's label does not count", spec: spec(having("team", "x")), facts: facts(), want: false},
		{name: "not known", spec: spec(having("pool", "gpu")), facts: facts(unknownNode), want: false},
		{name: "not known has no labels to lack", spec: spec(where("pool", v1alpha1.LabelNotIn, "gpu")), facts: facts(unknownNode), want: false},
	} {
		t.Run(s.name, s.test)
	}
}

func TestSelectByWorkload(t *testing.T) {
	web := v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Deployment", Name: "web"}
	anyPod := v1alpha1.WorkloadMatch{Kind: "Pod"}
	leader := []model.Workload{{Group: "apps", Kind: "StatefulSet", Name: "lws-0"}, {Kind: "Pod", Name: "lws-0"}}
	for _, s := range []selected{
		{name: "the top owner", spec: byWorkloads(web), want: true},
		{name: "an owner between", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "ReplicaSet"}), want: true},
		{name: "all of the kind", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Deployment"}), want: true},
		{name: "another name", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Deployment", Name: "api"}), want: false},
		{name: "a part of the name", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Deployment", Name: "we"}), want: false},
		{name: "another group", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "batch", Kind: "Deployment", Name: "web"}), want: false},
		{name: "no group is any group", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Deployment", Name: "web"}), want: true},
		{name: "no group is any group, of a Rollout", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Rollout"}),
			facts: facts(ownedBy(replicaSet, rollout)), want: true},
		{name: "a Rollout is not of apps", spec: byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Rollout"}),
			facts: facts(ownedBy(replicaSet, rollout)), want: false},
		{name: "one of several", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Job"}, web), want: true},
		{name: "none of several", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Job"}, anyPod), want: false},
		{name: "a pod that nothing owns is its own", spec: byWorkloads(anyPod), facts: facts(ownedBy()), want: true},
		{name: "by name", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Pod", Name: "web-1"}), facts: facts(ownedBy()), want: true},
		{name: "by another name", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Pod", Name: "web-2"}), facts: facts(ownedBy()), want: false},
		{name: "nothing owns it", spec: byWorkloads(web), facts: facts(ownedBy()), want: false},
		{name: "a pod that owns pods", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Pod", Name: "lws-0"}), facts: facts(ownedBy(leader...)), want: true},
		{name: "an owned pod is not its own", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Pod", Name: "web-1"}), facts: facts(ownedBy(leader...)), want: false},
		{name: "a static pod is its node's", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Node"}), facts: facts(ownedBy(staticNode)), want: true},
		{name: "a static pod is not its own", spec: byWorkloads(anyPod), facts: facts(ownedBy(staticNode)), want: false},
		{name: "a namespace sees no node", scope: "shop", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Node"}), facts: facts(ownedBy(staticNode)), want: false},
		{name: "a namespace sees a static pod as its own", scope: "shop", spec: byWorkloads(anyPod), facts: facts(ownedBy(staticNode)), want: true},
		{name: "a namespace sees no cluster-scoped owner", scope: "shop", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Fleet"}),
			facts: facts(ownedBy(deployment, clusterKind)), want: false},
		{name: "a namespace sees what is below it", scope: "shop", spec: byWorkloads(web), facts: facts(ownedBy(deployment, clusterKind)), want: true},
		{name: "the cluster sees both", spec: byWorkloads(v1alpha1.WorkloadMatch{Kind: "Fleet"}), facts: facts(ownedBy(deployment, clusterKind)), want: true},
	} {
		if s.facts.Pod == nil {
			s.facts = facts()
		}
		t.Run(s.name, s.test)
	}
}

func TestExcludeContainers(t *testing.T) {
	none := func(f *selection.Facts) { f.Pod.Containers = nil }
	for _, s := range []selected{
		{name: "one", spec: without("istio-proxy"), facts: facts(), containers: []uint16{0, 2}, want: true},
		{name: "two", spec: without("log", "app"), facts: facts(), containers: []uint16{1}, want: true},
		{name: "one that the pod does not have", spec: without("linkerd-proxy"), facts: facts(), want: true},
		{name: "a part of a name", spec: without("istio"), facts: facts(), want: true},
		{name: "all", spec: without("app", "istio-proxy", "log"), facts: facts(), want: false},
		{name: "of a pod without containers", spec: without("app"), facts: facts(none), want: true},
		{name: "of another namespace", scope: "data", spec: without("app"), facts: facts(), want: false},
	} {
		t.Run(s.name, s.test)
	}
}

// TestAllConditionsMustHold takes each of them away in turn.
func TestAllConditionsMustHold(t *testing.T) {
	all := func() v1alpha1.ClusterSelection {
		return v1alpha1.ClusterSelection{
			Selection: v1alpha1.Selection{
				Selector:          having("app", "web"),
				Workloads:         []v1alpha1.WorkloadMatch{{APIGroup: "apps", Kind: "Deployment", Name: "web"}},
				ExcludeContainers: []string{"log"},
			},
			Namespaces:        []string{"shop"},
			ExcludeNamespaces: []string{"data"},
			NamespaceSelector: having("team", "x"),
			NodeSelector:      having("pool", "gpu"),
		}
	}
	selected{spec: all(), facts: facts(), containers: []uint16{0, 1}, want: true}.test(t)
	for name, spoil := range map[string]func(*v1alpha1.ClusterSelection){
		"selector":          func(s *v1alpha1.ClusterSelection) { s.Selector = having("app", "api") },
		"workloads":         func(s *v1alpha1.ClusterSelection) { s.Workloads[0].Name = "api" },
		"excludeContainers": func(s *v1alpha1.ClusterSelection) { s.ExcludeContainers = []string{"log", "app", "istio-proxy"} },
		"namespaces":        func(s *v1alpha1.ClusterSelection) { s.Namespaces[0] = "infra" },
		"excludeNamespaces": func(s *v1alpha1.ClusterSelection) { s.ExcludeNamespaces[0] = "shop" },
		"namespaceSelector": func(s *v1alpha1.ClusterSelection) { s.NamespaceSelector = having("team", "y") },
		"nodeSelector":      func(s *v1alpha1.ClusterSelection) { s.NodeSelector = having("pool", "cpu") },
	} {
		spec := all()
		spoil(&spec)
		t.Run(name, selected{spec: spec, facts: facts(), want: false}.test)
	}
}

func TestPlanNamespaces(t *testing.T) {
	for _, test := range []struct {
		name, scope string
		spec        v1alpha1.ClusterSelection
		want        map[string]bool
	}{
		{name: "a namespaced kind", scope: "shop", want: map[string]bool{"shop": true}},
		{name: "a namespaced kind never sees a list", scope: "shop",
			spec: v1alpha1.ClusterSelection{Namespaces: []string{"data"}}, want: map[string]bool{"shop": true}},
		{name: "a list", spec: v1alpha1.ClusterSelection{Namespaces: []string{"data", "shop"}}, want: map[string]bool{"data": true, "shop": true}},
		{name: "everything", want: nil},
		{name: "everything but one", spec: v1alpha1.ClusterSelection{ExcludeNamespaces: []string{"data"}}, want: nil},
		{name: "by label", spec: v1alpha1.ClusterSelection{NamespaceSelector: having("team", "x")}, want: nil},
	} {
		if diff := cmp.Diff(test.want, compile(t, test.scope, test.spec).Namespaces()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
