package usage_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var (
	namespaces = []string{"data", "edge", "infra", "shop"}
	nodes      = []string{"n1", "n2", "n3", "n4"}
	keys       = []string{"app", "team", "tier"}
	values     = []string{"", "a", "b"}
)

// apply changes the cluster and tells the engine in one call.
func (w *world) apply() {
	var changes []model.Change
	for range w.IntN(6) {
		switch n := w.IntN(20); {
		case n < 8 && len(w.truth.pods) < 40:
			changes = append(changes, w.addPod(w.pod(pick(w, namespaces...))))
		case n < 11:
			changes = append(changes, w.deletePod()...)
		case n < 16:
			changes = append(changes, w.updatePod()...)
		case n < 18:
			changes = append(changes, w.changeNamespace())
		default:
			changes = append(changes, w.changeNode())
		}
	}
	if w.chance(0.3) {
		changes = append(changes, w.changeQuota())
	}
	if w.chance(0.05) {
		changes = append(changes, model.Change{Pod: &model.Pod{UID: "unknown", Namespace: "shop", Name: "unknown"}, Gone: true})
	}
	for _, p := range w.truth.departed {
		w.truth.left(p, p.Ran)
	}
	w.truth.departed = nil
	w.engine.Apply(changes)
}

func (w *world) addPod(p *model.Pod) model.Change {
	truth := &truePod{Pod: p}
	truth.hear(nil)
	w.truth.pods = append(w.truth.pods, truth)
	return model.Change{Pod: p}
}

// deletePod deletes a pod; sometimes another takes its name.
func (w *world) deletePod() []model.Change {
	if len(w.truth.pods) == 0 {
		return nil
	}
	i := w.IntN(len(w.truth.pods))
	old := w.truth.pods[i]
	w.truth.pods = slices.Delete(w.truth.pods, i, i+1)
	w.truth.departed = append(w.truth.departed, old)
	changes := []model.Change{{Pod: &model.Pod{UID: old.UID, Namespace: old.Namespace, Name: old.Name}, Gone: true}}
	if w.chance(0.2) { // one that came and went between
		brief := w.pod(old.Namespace)
		brief.Ran = true
		w.truth.departed = append(w.truth.departed, &truePod{Pod: brief})
		changes = append(changes, model.Change{Pod: brief, Gone: true})
	}
	if w.chance(0.5) {
		p := w.pod(old.Namespace)
		p.Name = old.Name
		changes = append(changes, w.addPod(p))
	}
	return changes
}

func (w *world) updatePod() []model.Change {
	if len(w.truth.pods) == 0 {
		return nil
	}
	truth := pick(w, w.truth.pods...)
	p, before := *truth.Pod, truth.Pod
	switch w.IntN(6) {
	case 0:
		p.Labels = w.labels()
	case 1: // a resize in place
		p.Containers = slices.Clone(p.Containers)
		for i := range p.Containers {
			p.Containers[i].Resources = w.resources()
		}
		p.PodLevel = w.podLevel()
	case 2:
		p.Owners = w.owners()
	case 3:
		p.Started = w.started(len(p.Containers))
		p.Ran, p.Restarted = true, w.chance(0.5)
	case 4:
		p.StartTime = w.clock.Unix()
	case 5: // an init container has ended
		if len(p.Containers) > 1 {
			p.Containers, p.Started = p.Containers[1:], p.Started[1:]
			truth.history = append(truth.history, reading{voids: true})
		}
	}
	truth.Pod = &p
	truth.hear(before)
	return []model.Change{{Pod: &p}}
}

func (w *world) changeNamespace() model.Change {
	n := model.Namespace{Name: pick(w, namespaces...), Labels: w.labels()}
	gone := w.chance(0.2)
	if w.truth.namespaces[n.Name] = n.Labels; gone {
		delete(w.truth.namespaces, n.Name)
	}
	return model.Change{Namespace: &n, Gone: gone}
}

func (w *world) changeNode() model.Change {
	n := model.Node{Name: pick(w, nodes...), Labels: w.labels(), Ready: w.chance(0.5)}
	if known, ok := w.truth.nodes[n.Name]; ok && w.chance(0.3) {
		n.Labels = known // something else of it has changed
	}
	if w.thresholds && w.chance(0.8) {
		n.Allocatable = declared(w.cpu(), w.memory())
	}
	gone := w.chance(0.2)
	w.truth.allocatable[n.Name] = n.Allocatable
	if w.truth.nodes[n.Name] = n.Labels; gone {
		delete(w.truth.nodes, n.Name)
		delete(w.truth.allocatable, n.Name)
	}
	return model.Change{Node: &n, Gone: gone}
}

func (w *world) pod(namespace string) *model.Pod {
	w.born++
	p := &model.Pod{
		UID: fmt.Sprint("uid-", w.born), Namespace: namespace, Name: fmt.Sprint("pod-", w.IntN(1000), "-", w.born),
		Node: pick(w, nodes...), Labels: w.labels(), Owners: w.owners(), PodLevel: w.podLevel(),
	}
	for _, name := range w.containerNames() {
		p.Containers = append(p.Containers, model.Container{Name: name, Resources: w.resources()})
	}
	p.Started = w.started(len(p.Containers))
	p.Ran, p.Restarted = w.chance(0.8), w.chance(0.2)
	if w.chance(0.8) {
		p.StartTime = w.clock.Unix() - int64(w.IntN(30))
	}
	return p
}

func (w *world) containerNames() []string {
	switch {
	case w.chance(0.02):
		return nil
	case w.chance(0.025):
		names := make([]string, 65+w.IntN(10))
		for i := range names {
			names[i] = fmt.Sprintf("c%02d", i)
		}
		return names
	default:
		all := []string{"app", "c01", "istio-proxy", "log"}
		w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all[:1+w.IntN(3)]
	}
}

func (w *world) started(n int) []int64 {
	started := make([]int64, n)
	for i := range started {
		if w.chance(0.85) {
			started[i] = w.clock.Unix() + pick[int64](w, 0, 0, -30, -300, -7200, 500)
		}
	}
	return started
}

func (w *world) labels() model.Labels {
	m := map[string]string{}
	for _, key := range keys {
		if w.chance(0.6) {
			m[key] = pick(w, values...)
		}
	}
	return model.NewLabels(m)
}

func (w *world) owners() []model.Workload {
	name := pick(w, "x", "y")
	return pick(w,
		nil,
		[]model.Workload{{Group: "apps", Kind: "ReplicaSet", Name: name + "-5c"}, {Group: "apps", Kind: "Deployment", Name: name}},
		[]model.Workload{{Group: "apps", Kind: "ReplicaSet", Name: name + "-7d"}, {Group: "argoproj.io", Kind: "Rollout", Name: name}},
		[]model.Workload{{Group: "batch", Kind: "Job", Name: name + "-28"}, {Group: "batch", Kind: "CronJob", Name: name}},
		[]model.Workload{{Group: "apps", Kind: "StatefulSet", Name: name}, {Kind: "Pod", Name: name + "-0"}, {Group: "apps", Kind: "StatefulSet", Name: name}},
		[]model.Workload{{Group: "apps", Kind: "StatefulSet", Name: name + "-0"}, {Kind: "Pod", Name: name + "-0"},
			{Group: "apps", Kind: "StatefulSet", Name: name}, {Group: "leaderworkerset.x-k8s.io", Kind: "LeaderWorkerSet", Name: name}},
		[]model.Workload{{Kind: "Pod", Name: name + "-0"}, {Group: "example.com", Kind: "Job", Name: name}, {Group: "example.com", Kind: "ReplicaSet", Name: name}},
		[]model.Workload{{Group: "batch", Kind: "Job", Name: name + "-28"}, {Group: "batch", Kind: "Job", Name: name}},
		[]model.Workload{{Kind: "Node", Name: "n1", ClusterScoped: true}},
		[]model.Workload{{Group: "apps", Kind: "StatefulSet", Name: name}, {Group: "example.com", Kind: "Fleet", Name: name, ClusterScoped: true}},
		[]model.Workload{{Group: "apps", Kind: "StatefulSet", Name: name}, {Group: "example.com", Kind: "Fleet", Name: name, ClusterScoped: true},
			{Group: "example.com", Kind: "Job", Name: name}},
	)
}

// cpu is in nanocores that do not divide into millicores.
func (w *world) cpu() int64 { return pick(w, 0, 1, 120345, w.Int64N(4_000_000_000)) }

// memory is in bytes, now and then more than any machine has.
func (w *world) memory() int64 {
	return pick(w, 0, 1, w.Int64N(1<<34), w.Int64N(1<<34), w.Int64N(1<<34), math.MaxInt64)
}

func (w *world) resources() model.Resources {
	return model.Resources{Requests: w.declared(), Limits: w.declared()}
}

func (w *world) podLevel() *model.Resources {
	if w.chance(0.8) {
		return nil
	}
	r := w.resources()
	return &r
}

// declared leaves the amount 0 where nothing is set, as the inventory does.
func (w *world) declared() (d model.Declared) {
	for r := range model.ResourceCount {
		if d.Set[r] = w.chance(0.7); !d.Set[r] {
			continue
		}
		if d.Amounts[r] = w.cpu(); r == model.Memory {
			d.Amounts[r] = w.memory()
		}
	}
	return d
}

// changeReport sets, edits or removes a report, seldom all of them.
func (w *world) changeReport(t *testing.T) {
	t.Helper()
	id := usage.ID{Kind: "ClusterUsageReport", Name: fmt.Sprint("r", w.IntN(5))}
	if w.chance(0.5) {
		id.Kind, id.Namespace = "UsageReport", pick(w, namespaces...)
	}
	switch known := w.truth.reports[id]; {
	case w.chance(0.02):
		for id := range w.truth.reports {
			w.remove(id)
		}
	case w.chance(0.15):
		w.remove(id)
	case w.thresholds:
		w.setThreshold(t, id)
	case known != nil && w.chance(0.3):
		known.renew(w.need())
		if w.engine.Set(id, w.plans[id], known.need) {
			t.Errorf("%v: a plan that is the one before replaced it", id)
		}
	default:
		w.set(t, id)
	}
}

func (w *world) remove(id usage.ID) {
	_, known := w.truth.reports[id]
	w.engine.Remove(id)
	delete(w.truth.reports, id)
	if known && len(w.truth.reports) == 0 {
		w.truth.forgotten = true
	}
}

func (w *world) setThreshold(t *testing.T, id usage.ID) {
	t.Helper()
	need := w.alert()
	w.setTo(t, id, &trueReport{scope: id.Namespace, spec: w.alertSelection(need.Alert, id.Namespace != ""), need: need})
}

func (w *world) set(t *testing.T, id usage.ID) {
	t.Helper()
	w.setTo(t, id, &trueReport{scope: id.Namespace, spec: w.selection(id.Namespace != ""), need: w.need(), reads: w.truth.reads})
}

func (w *world) setTo(t *testing.T, id usage.ID, r *trueReport) {
	t.Helper()
	plan, err := selection.Compile(r.scope, r.spec)
	if err != nil {
		t.Fatalf("%+v: %v", r.spec, err)
	}
	if !w.engine.Set(id, plan, r.need) {
		t.Errorf("%v: a new plan did not replace the one before", id)
	}
	w.truth.reports[id], w.plans[id] = r, plan
}

func (w *world) need() usage.Need {
	return usage.Need{
		Window:     pick(w, 0, 5*time.Minute, 20*time.Minute, time.Hour),
		Statistics: pick(w, nil, []usage.Statistic{usage.P95}, []usage.Statistic{usage.P99, usage.Maximum, usage.P50, usage.Average}),
		History:    pick(w, history.Shape{}, history.Shape{Step: time.Minute, Points: 5}, history.Shape{Step: 7 * time.Minute, Points: 300}),
		Top:        pick(w, 1, 2, 3, 5, 100),
		By: usage.Order{
			Resource: pick(w, model.CPU, model.Memory),
			Measure:  pick(w, usage.Usage, usage.Requests, usage.PercentOfRequests),
		},
	}
}

func (w *world) selection(namespaced bool) v1alpha1.ClusterSelection {
	if w.chance(0.2) {
		return w.wholeNamespaces()
	}
	var s v1alpha1.ClusterSelection
	if w.chance(0.25) {
		s.Selector = w.selector()
	}
	if w.chance(0.25) {
		s.Workloads = []v1alpha1.WorkloadMatch{w.workload(), w.workload()}
	}
	if w.chance(0.25) {
		s.ExcludeContainers = pick(w, []string{"istio-proxy"}, []string{"log", "c01"}, []string{"app"})
	}
	s.GroupBy = w.groupBy(namespaced)
	if namespaced {
		return s
	}
	if w.chance(0.25) {
		s.Namespaces = []string{"shop", pick(w, "data", "nowhere")}
	}
	if w.chance(0.25) {
		s.ExcludeNamespaces = []string{pick(w, "infra", "edge")}
	}
	if w.chance(0.2) {
		s.NamespaceSelector = w.selector()
	}
	if w.chance(0.2) {
		s.NodeSelector = w.selector()
	}
	return s
}

func (w *world) selector() *v1alpha1.LabelSelector {
	if w.chance(0.4) {
		return &v1alpha1.LabelSelector{MatchLabels: map[string]string{pick(w, keys...): pick(w, values...)}}
	}
	e := v1alpha1.LabelExpression{Key: pick(w, keys...), Operator: pick(w,
		v1alpha1.LabelIn, v1alpha1.LabelNotIn, v1alpha1.LabelExists, v1alpha1.LabelDoesNotExist)}
	if e.Operator == v1alpha1.LabelIn || e.Operator == v1alpha1.LabelNotIn {
		e.Values = []string{pick(w, values...), "c"}
	}
	return &v1alpha1.LabelSelector{MatchExpressions: []v1alpha1.LabelExpression{e}}
}

func (w *world) workload() v1alpha1.WorkloadMatch {
	return v1alpha1.WorkloadMatch{
		APIGroup: pick(w, "", "", "apps", "argoproj.io"),
		Kind:     pick(w, "Deployment", "Rollout", "StatefulSet", "Pod", "Node", "Fleet", "Job"),
		Name:     pick(w, "", "", "x", "y"),
	}
}

func (w *world) groupBy(namespaced bool) (by []v1alpha1.GroupKey) {
	all := []v1alpha1.GroupKey{
		{Type: v1alpha1.GroupByNamespace}, {Type: v1alpha1.GroupByPod},
		{Type: v1alpha1.GroupByWorkload, Level: pick(w, "", v1alpha1.LevelController, v1alpha1.LevelWorkload, v1alpha1.LevelTop)},
		{Type: v1alpha1.GroupByContainer}, {Type: v1alpha1.GroupByNode},
		{Type: v1alpha1.GroupByPodLabel, Label: "app"}, {Type: v1alpha1.GroupByPodLabel, Label: "team"},
		{Type: v1alpha1.GroupByNamespaceLabel, Label: "team"},
	}
	if !namespaced {
		all = append(all, v1alpha1.GroupKey{Type: v1alpha1.GroupByNodeLabel, Label: "tier"})
	}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return append(by, all[:w.IntN(5)]...)
}
