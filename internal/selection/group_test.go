package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

var (
	namespaceKey = v1alpha1.GroupKey{Type: v1alpha1.GroupByNamespace}
	workloadKey  = v1alpha1.GroupKey{Type: v1alpha1.GroupByWorkload}
	podKey       = v1alpha1.GroupKey{Type: v1alpha1.GroupByPod}
	containerKey = v1alpha1.GroupKey{Type: v1alpha1.GroupByContainer}
	nodeKey      = v1alpha1.GroupKey{Type: v1alpha1.GroupByNode}
)

func levelKey(l v1alpha1.WorkloadLevel) v1alpha1.GroupKey {
	return v1alpha1.GroupKey{Type: v1alpha1.GroupByWorkload, Level: l}
}

func podLabel(key string) v1alpha1.GroupKey {
	return v1alpha1.GroupKey{Type: v1alpha1.GroupByPodLabel, Label: key}
}

func namespaceLabel(key string) v1alpha1.GroupKey {
	return v1alpha1.GroupKey{Type: v1alpha1.GroupByNamespaceLabel, Label: key}
}

func nodeLabel(key string) v1alpha1.GroupKey {
	return v1alpha1.GroupKey{Type: v1alpha1.GroupByNodeLabel, Label: key}
}

func grouped(keys ...v1alpha1.GroupKey) v1alpha1.ClusterSelection {
	return pods(v1alpha1.Selection{GroupBy: keys})
}

func label(value string) model.LabelValue { return model.LabelValue{Value: value, Present: true} }

func labels(values ...model.LabelValue) (l [model.MaxGroupKeys]model.LabelValue) {
	copy(l[:], values)
	return l
}

func TestSubjects(t *testing.T) {
	for _, test := range []struct {
		name  string
		scope string
		keys  []v1alpha1.GroupKey
		facts selection.Facts
		want  model.Subject
	}{
		{name: "namespace", keys: []v1alpha1.GroupKey{namespaceKey}, want: model.Subject{Namespace: "shop"}},
		{name: "workload", keys: []v1alpha1.GroupKey{workloadKey}, want: model.Subject{Namespace: "shop", Workload: deployment}},
		{name: "pod", keys: []v1alpha1.GroupKey{podKey}, want: model.Subject{Namespace: "shop", Pod: "web-1"}},
		{name: "node", keys: []v1alpha1.GroupKey{nodeKey}, want: model.Subject{Node: "n1"}},
		{name: "pod label", keys: []v1alpha1.GroupKey{podLabel("app")}, want: model.Subject{Labels: labels(label("web"))}},
		{name: "an empty label", keys: []v1alpha1.GroupKey{podLabel("empty")}, want: model.Subject{Labels: labels(label(""))}},
		{name: "an absent label", keys: []v1alpha1.GroupKey{podLabel("team")}, want: model.Subject{}},
		{name: "namespace label", keys: []v1alpha1.GroupKey{namespaceLabel("team")}, want: model.Subject{Labels: labels(label("x"))}},
		{name: "namespace label in a namespace", scope: "shop", keys: []v1alpha1.GroupKey{namespaceLabel("team")}, want: model.Subject{Labels: labels(label("x"))}},
		{name: "node label", keys: []v1alpha1.GroupKey{nodeLabel("pool")}, want: model.Subject{Labels: labels(label("gpu"))}},
		{name: "a namespace that is not known", keys: []v1alpha1.GroupKey{namespaceLabel("team")}, facts: facts(unknownNamespace), want: model.Subject{}},
		{name: "a node that is not known", keys: []v1alpha1.GroupKey{nodeKey, nodeLabel("pool")}, facts: facts(unknownNode), want: model.Subject{Node: "n1"}},
		{name: "a pod that nothing owns", keys: []v1alpha1.GroupKey{workloadKey}, facts: facts(ownedBy()),
			want: model.Subject{Namespace: "shop", Workload: model.Workload{Kind: "Pod", Name: "web-1"}}},
		{name: "a static pod", keys: []v1alpha1.GroupKey{workloadKey}, facts: facts(ownedBy(staticNode)),
			want: model.Subject{Namespace: "shop", Workload: staticNode}},
		{name: "a static pod in a namespace", scope: "shop", keys: []v1alpha1.GroupKey{workloadKey}, facts: facts(ownedBy(staticNode)),
			want: model.Subject{Namespace: "shop", Workload: model.Workload{Kind: "Pod", Name: "web-1"}}},
		{name: "a cluster-scoped owner in a namespace", scope: "shop", keys: []v1alpha1.GroupKey{workloadKey}, facts: facts(ownedBy(deployment, clusterKind)),
			want: model.Subject{Namespace: "shop", Workload: deployment}},
		{name: "four keys", keys: []v1alpha1.GroupKey{workloadKey, podKey, nodeKey, namespaceLabel("team")},
			want: model.Subject{Namespace: "shop", Workload: deployment, Pod: "web-1", Node: "n1", Labels: labels(label("x"))}},
		{name: "four labels keep their order", keys: []v1alpha1.GroupKey{nodeLabel("pool"), podLabel("team"), namespaceLabel("team"), podLabel("app")},
			want: model.Subject{Labels: labels(label("gpu"), model.LabelValue{}, label("x"), label("web"))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.facts.Pod == nil {
				test.facts = facts()
			}
			parts := compile(t, test.scope, grouped(test.keys...)).Parts(test.facts, nil)
			if diff := cmp.Diff([]selection.Part{{Subject: test.want}}, parts); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestAbsentLabelsAreARow keeps a label that is not there apart from an empty one.
func TestAbsentLabelsAreARow(t *testing.T) {
	p := compile(t, "", grouped(podLabel("tier")))
	subject := func(podLabels map[string]string) model.Subject {
		parts := p.Parts(facts(func(f *selection.Facts) { f.Pod.Labels = model.NewLabels(podLabels) }), nil)
		return parts[0].Subject
	}
	absent, empty := subject(nil), subject(map[string]string{"tier": ""})
	if absent == empty || absent != subject(map[string]string{"app": "web"}) {
		t.Errorf("the rows of an absent label and of an empty one are %v and %v", absent, empty)
	}
}

func TestPartsByContainer(t *testing.T) {
	of := func(c uint16, s model.Subject) selection.Part {
		return selection.Part{Subject: s, Containers: []uint16{c}, Single: true}
	}
	for _, test := range []struct {
		name string
		spec v1alpha1.ClusterSelection
		want []selection.Part
	}{
		{"alone", grouped(containerKey), []selection.Part{
			of(0, model.Subject{Container: "app"}), of(1, model.Subject{Container: "istio-proxy"}), of(2, model.Subject{Container: "log"})}},
		{"with others, in any place", grouped(containerKey, workloadKey, podLabel("app")), []selection.Part{
			of(0, model.Subject{Namespace: "shop", Workload: deployment, Container: "app", Labels: labels(label("web"))}),
			of(1, model.Subject{Namespace: "shop", Workload: deployment, Container: "istio-proxy", Labels: labels(label("web"))}),
			of(2, model.Subject{Namespace: "shop", Workload: deployment, Container: "log", Labels: labels(label("web"))})}},
		{"without some", pods(v1alpha1.Selection{ExcludeContainers: []string{"istio-proxy"}, GroupBy: []v1alpha1.GroupKey{podKey, containerKey}}), []selection.Part{
			of(0, model.Subject{Namespace: "shop", Pod: "web-1", Container: "app"}), of(2, model.Subject{Namespace: "shop", Pod: "web-1", Container: "log"})}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := compile(t, "", test.spec)
			containers, ok := p.Select(facts())
			if !ok {
				t.Fatal("the pod is not selected")
			}
			if diff := cmp.Diff(test.want, p.Parts(facts(), containers)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestPartsKeepTheSelectedContainers: rows about pods count what was selected.
func TestPartsKeepTheSelectedContainers(t *testing.T) {
	p := compile(t, "", pods(v1alpha1.Selection{ExcludeContainers: []string{"app"}, GroupBy: []v1alpha1.GroupKey{podKey}}))
	containers, _ := p.Select(facts())
	want := []selection.Part{{Subject: model.Subject{Namespace: "shop", Pod: "web-1"}, Containers: []uint16{1, 2}}}
	if diff := cmp.Diff(want, p.Parts(facts(), containers)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPlanDescribesItsRows(t *testing.T) {
	for _, test := range []struct {
		name                 string
		keys                 []v1alpha1.GroupKey
		grouped, byContainer bool
		labelKeys            []string
	}{
		{name: "no keys"},
		{name: "pods", keys: []v1alpha1.GroupKey{podKey}, grouped: true},
		{name: "containers", keys: []v1alpha1.GroupKey{podKey, containerKey}, grouped: true, byContainer: true},
		{name: "labels", keys: []v1alpha1.GroupKey{nodeLabel("pool"), podKey, podLabel("app")}, grouped: true, labelKeys: []string{"pool", "app"}},
	} {
		p := compile(t, "", grouped(test.keys...))
		if p.Grouped() != test.grouped || p.ByContainer() != test.byContainer {
			t.Errorf("%s: grouped %t, by container %t", test.name, p.Grouped(), p.ByContainer())
		}
		if diff := cmp.Diff(test.labelKeys, p.LabelKeys()); diff != "" {
			t.Errorf("%s: label keys (-want +got):\n%s", test.name, diff)
		}
	}
	if parts := compile(t, "", grouped()).Parts(facts(), nil); parts != nil {
		t.Errorf("without keys a pod folds into %v", parts)
	}
}
