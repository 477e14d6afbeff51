package usage_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestNamespaces: a request costs as much as 200 pods.
func TestNamespaces(t *testing.T) {
	e := usage.New()
	var pods []*model.Pod
	for i := range 1000 {
		pods = append(pods, newPod("large", fmt.Sprint("p", i), "app"))
	}
	for i := range 10 {
		pods = append(pods, newPod("small", fmt.Sprint("p", i), "app"), newPod("tiny", fmt.Sprint("p", i), "app"))
	}
	e.Apply(present(pods...))
	shopAndData := v1alpha1.ClusterSelection{Namespaces: []string{"small", "nowhere"}}
	for _, test := range []struct {
		name    string
		reports map[usage.ID]v1alpha1.ClusterSelection
		want    []string
	}{
		{name: "one small", reports: map[usage.ID]v1alpha1.ClusterSelection{namespacedReport("small"): {}}, want: []string{"small"}},
		{name: "sorted, each once", reports: map[usage.ID]v1alpha1.ClusterSelection{
			namespacedReport("tiny"): {}, namespacedReport("small"): {}, {Name: "list"}: shopAndData}, want: []string{"nowhere", "small", "tiny"}},
		{name: "the large one, still cheaper", reports: map[usage.ID]v1alpha1.ClusterSelection{namespacedReport("large"): {}}, want: []string{"large"}},
		{name: "nearly all", reports: map[usage.ID]v1alpha1.ClusterSelection{
			namespacedReport("large"): {}, namespacedReport("small"): {}}, want: nil},
		{name: "all", reports: map[usage.ID]v1alpha1.ClusterSelection{namespacedReport("small"): {}, clusterReport: {}}, want: nil},
		{name: "all but some", reports: map[usage.ID]v1alpha1.ClusterSelection{
			clusterReport: {ExcludeNamespaces: []string{"large"}}}, want: nil},
		{name: "no report", want: nil},
	} {
		for id, s := range test.reports {
			set(t, e, id, s, many)
		}
		if diff := cmp.Diff(test.want, e.Namespaces()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		for id := range test.reports {
			e.Remove(id)
		}
	}
}

// TestManySmallRequests: of ten namespaces with 100 pods each, reading up to
// three by themselves costs less than one request for all.
func TestManySmallRequests(t *testing.T) {
	e := usage.New()
	for i := range 1000 {
		e.Apply(present(newPod(fmt.Sprint("n", i%10), fmt.Sprint("p", i), "app")))
	}
	for i := range 10 {
		set(t, e, namespacedReport(fmt.Sprint("n", i)), everyPod, many)
		if got, want := len(e.Namespaces()), i+1; (got == want) != (want <= 3) || got != want && got != 0 {
			t.Errorf("%d of %d namespaces are read one by one", got, want)
		}
	}
}

func TestExpects(t *testing.T) {
	e := usage.New()
	waiting := changed(newPod("data", "web", "app", "log"), func(p *model.Pod) { p.Started = []int64{0, 0} })
	for _, step := range []struct {
		name   string
		change []model.Change
		want   bool
	}{
		{"no pod", nil, false},
		{"a pod that does not run yet", present(waiting), false},
		{"one of its containers runs", present(changed(waiting, func(p *model.Pod) { p.Started = []int64{0, 1} })), true},
		{"it ends", gone(waiting), false},
	} {
		e.Apply(step.change)
		if got := e.Expects(model.Pods); got != step.want {
			t.Errorf("%s: %t", step.name, got)
		}
	}
}
