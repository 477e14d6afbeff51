package usage_test

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// start is when most tests begin.
var start = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

const (
	cores = 1_000_000_000 // in nanocores
	mi    = 1 << 20       // in bytes
)

// newPod returns a running pod whose containers request 1 core and 100Mi each.
func newPod(namespace, name string, containers ...string) *model.Pod {
	p := &model.Pod{UID: "uid-" + namespace + "-" + name, Namespace: namespace, Name: name, Node: "n1", StartTime: start.Unix() - 3600}
	for _, c := range containers {
		p.Containers = append(p.Containers, model.Container{Name: c, Resources: model.Resources{Requests: declared(cores, 100*mi)}})
		p.Started = append(p.Started, start.Unix()-3600)
	}
	return p
}

// changed returns a copy of a pod.
func changed(p *model.Pod, change func(*model.Pod)) *model.Pod {
	c := *p
	change(&c)
	return &c
}

func declared(cpu, memory int64) model.Declared {
	return model.Declared{Amounts: model.Amounts{cpu, memory}, Set: [model.ResourceCount]bool{true, true}}
}

func present(pods ...*model.Pod) (changes []model.Change) {
	for _, p := range pods {
		changes = append(changes, model.Change{Pod: p})
	}
	return changes
}

func gone(pods ...*model.Pod) (changes []model.Change) {
	for _, p := range pods {
		changes = append(changes, model.Change{Pod: p, Gone: true})
	}
	return changes
}

// sampled is what the Metrics API says of one pod: cores for each container.
type sampled struct {
	namespace, name string
	time            time.Time
	window          time.Duration
	cores           map[string]int64
}

// answerOf is an answer of the Metrics API. Samples must come sorted.
func answerOf(readTime time.Time, samples ...sampled) *model.Samples {
	s := &model.Samples{ReadTime: readTime}
	for _, x := range samples {
		first := int32(len(s.Containers))
		for name, n := range x.cores {
			s.Containers = append(s.Containers, model.ContainerSample{Name: name, Usage: model.Amounts{n * cores, n * mi}})
		}
		s.Pods = append(s.Pods, model.PodSample{Namespace: x.namespace, Name: x.name, Time: x.time, Window: x.window,
			First: first, Last: int32(len(s.Containers))})
	}
	return s
}

// one samples a pod whose only container, app, uses some cores.
func one(namespace, name string, t time.Time, n int64) sampled {
	return sampled{namespace: namespace, name: name, time: t, window: 15 * time.Second, cores: map[string]int64{"app": n}}
}

var (
	clusterReport = usage.ID{Kind: "ClusterUsageReport", Name: "all"}
	everyPod      = v1alpha1.ClusterSelection{}
	byPod         = grouped(v1alpha1.GroupByPod)
	many          = usage.Need{Top: 100}
)

func grouped(types ...v1alpha1.GroupKeyType) (s v1alpha1.ClusterSelection) {
	for _, t := range types {
		s.GroupBy = append(s.GroupBy, v1alpha1.GroupKey{Type: t})
	}
	return s
}

func namespacedReport(namespace string) usage.ID {
	return usage.ID{Kind: "UsageReport", Namespace: namespace, Name: "mine"}
}

func compiled(t testing.TB, scope string, s v1alpha1.ClusterSelection) *selection.Plan {
	t.Helper()
	plan, err := selection.Compile(scope, s)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func set(t testing.TB, e *usage.Engine, id usage.ID, s v1alpha1.ClusterSelection, need usage.Need) {
	t.Helper()
	e.Set(id, compiled(t, id.Namespace, s), need)
}

func view(t testing.TB, e *usage.Engine, id usage.ID) *usage.View {
	t.Helper()
	v, ok := e.View(id)
	if !ok {
		t.Fatalf("%v has no view", id)
	}
	return v
}

// usedCores is the CPU usage of a row; -1 where it is not known.
func usedCores(r *usage.Row) int64 {
	if !r.Resources[model.CPU].Observed {
		return -1
	}
	_, lo := r.Resources[model.CPU].Usage.Words()
	return int64(lo / cores)
}

// mustUse fails unless the total is as many cores as wanted; -1 for unknown.
func mustUse(t *testing.T, e *usage.Engine, want int64) {
	t.Helper()
	if got := usedCores(&view(t, e, clusterReport).Total); got != want {
		t.Errorf("the total is %d cores, want %d", got, want)
	}
}
