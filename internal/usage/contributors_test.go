package usage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestContributors: a uses 3 cores of 8 requested, b uses 2 of 1 and c uses 1 of 1; d
// in another namespace is not seen.
func TestContributors(t *testing.T) {
	e := usage.New()
	e.Apply(present(limited(newPod("shop", "a", "app"), 8, 0), limited(newPod("shop", "b", "app"), 1, 0),
		limited(newPod("shop", "c", "app"), 1, 0), newPod("edge", "d", "app")))
	e.Apply([]model.Change{{Node: &model.Node{Name: "n1", UID: "1"}}, {Node: &model.Node{Name: "n2", UID: "2"}}})
	answer := answerOf(at(15), one("shop", "a", at(10), 3), one("shop", "b", at(10), 2), one("shop", "c", at(10), 1))
	nodeAnswer := &model.NodeSamples{ReadTime: at(15), Nodes: []model.NodeSample{
		{Name: "n1", Time: at(10), Usage: model.Amounts{7 * cores, 1}}, {Name: "n2", Time: at(10), Usage: model.Amounts{8 * cores, 1}}}}
	set(t, e, clusterReport, everyPod, many)
	nodes := func(types ...v1alpha1.GroupKeyType) v1alpha1.ClusterSelection {
		s := grouped(types...)
		s.Target = v1alpha1.TargetNodes
		return s
	}
	shop, edge, all := model.Subject{Namespace: "shop"}, model.Subject{Namespace: "edge"}, model.Subject{}
	one := func(namespace, name string, n int64) usage.Contributor {
		return usage.Contributor{Namespace: namespace, Name: name, Usage: n * cores}
	}
	a, b, c := one("shop", "a", 3), one("shop", "b", 2), one("shop", "c", 1)
	for _, test := range []struct {
		name     string
		by       v1alpha1.ClusterSelection
		need     usage.Need
		subjects []model.Subject
		want     [][]usage.Contributor
	}{
		{"a sum by usage", grouped(v1alpha1.GroupByNamespace), ofCPU(usage.PercentOfRequests, usage.Sum),
			[]model.Subject{shop, edge, {Namespace: "gone"}}, [][]usage.Contributor{{a, b}, nil, nil}},
		{"a maximum by its own measure", everyPod, ofCPU(usage.PercentOfRequests, usage.MaximumPod),
			[]model.Subject{all}, [][]usage.Contributor{{b, c}}},
		{"containers", everyPod, ofCPU(usage.Usage, usage.MaximumContainer),
			[]model.Subject{all}, [][]usage.Contributor{{one("shop", "a/app", 3), one("shop", "b/app", 2)}}},
		{"pods of a container", grouped(v1alpha1.GroupByContainer), ofCPU(usage.Usage, usage.Sum),
			[]model.Subject{{Container: "app"}}, [][]usage.Contributor{{one("shop", "a/app", 3), one("shop", "b/app", 2)}}},
		{"pods on nodes", nodes(v1alpha1.GroupByNode), ofCPU(usage.Usage, usage.Sum),
			[]model.Subject{{Node: "n2"}, {Node: "n1"}}, [][]usage.Contributor{nil, {a, b}}},
		{"nodes", nodes(), ofCPU(usage.Usage, usage.Sum),
			[]model.Subject{all}, [][]usage.Contributor{{one("", "n2", 8), one("", "n1", 7)}}},
	} {
		set(t, e, clusterThreshold, test.by, test.need)
		e.Tick(answer)
		e.TickNodes(nodeAnswer)
		if diff := cmp.Diff(test.want, e.Contributors(clusterThreshold, test.subjects, 2)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if got := e.Contributors(clusterReport, []model.Subject{all}, 2); got[0] != nil {
		t.Errorf("a report has the contributors %v", got)
	}
}
