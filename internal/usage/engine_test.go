package usage_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// running is an engine with one pod, data/web, and the report of everything.
func running(t *testing.T) (*usage.Engine, *model.Pod) {
	t.Helper()
	e, p := usage.New(), newPod("data", "web", "app")
	e.Apply(present(p))
	set(t, e, clusterReport, byPod, many)
	return e, p
}

func TestSamplesThatCount(t *testing.T) {
	first := one("data", "web", at(0), 1)
	for _, test := range []struct {
		name string
		next sampled
		want int64
	}{
		{"a newer one", one("data", "web", at(15), 2), 2},
		{"newer by a hair", one("data", "web", at(0.001), 2), 2},
		{"the same time", one("data", "web", at(0), 2), 1},
		{"an older one", one("data", "web", at(-15), 2), 1},
		{"without a time", one("data", "web", time.Time{}, 2), 1},
		{"of another pod", one("data", "wec", at(15), 2), 1},
		{"of another namespace", one("datb", "web", at(15), 2), 1},
		{"of another container", sampled{namespace: "data", name: "web", time: at(15), cores: map[string]int64{"log": 2}}, -1},
		{"of no container", sampled{namespace: "data", name: "web", time: at(15)}, -1},
		{"of a container more", sampled{namespace: "data", name: "web", time: at(15), cores: map[string]int64{"a": 4, "app": 2, "b": 8}}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, _ := running(t)
			e.Tick(answerOf(at(5), first))
			mustUse(t, e, 1)
			e.Tick(answerOf(at(20), test.next))
			mustUse(t, e, test.want)
		})
	}
}

func TestTickTells(t *testing.T) {
	e, _ := running(t)
	e.Apply(present(newPod("data", "api", "app")))
	for _, test := range []struct {
		name    string
		samples []sampled
		want    usage.Ticked
	}{
		{"nothing", nil, usage.Ticked{}},
		{"two", []sampled{one("data", "api", at(3), 1), one("data", "web", at(1), 1)}, usage.Ticked{New: 2, Newest: at(3)}},
		{"one of them again", []sampled{one("data", "api", at(3), 1), one("data", "web", at(2), 1)}, usage.Ticked{New: 1, Newest: at(2)}},
		{"both again", []sampled{one("data", "api", at(3), 1), one("data", "web", at(2), 1)}, usage.Ticked{}},
	} {
		if got := e.Tick(answerOf(at(5), test.samples...)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestSamplesSetBack: an older sample counts where the last one does not any more.
func TestSamplesSetBack(t *testing.T) {
	e, _ := running(t)
	for _, test := range []struct {
		name        string
		read, taken float64
		cores, want int64
	}{
		{"the first", 0, 0, 1, 1},
		{"of another replica, that has stopped", 15, -600, 2, 1},
		{"as long as the first is carried", 37.5, -580, 2, 1},
		{"the clock is set back", 37.6, -570, 3, 3},
		{"and goes on", 50, -555, 4, 4},
		{"the same again", 60, -555, 5, 4},
		{"the clock is set forward", 65, 65, 6, 6},
	} {
		e.Tick(answerOf(at(test.read), one("data", "web", at(test.taken), test.cores)))
		if got := usedCores(&view(t, e, clusterReport).Total); got != test.want {
			t.Errorf("%s: %d cores, want %d", test.name, got, test.want)
		}
	}
	if got := e.Resolution(); got != 15*time.Second {
		t.Errorf("the resolution is %s", got)
	}
}

// TestSamplesOfAFormerPod: the Metrics API still knows the pod that had the name.
func TestSamplesOfAFormerPod(t *testing.T) {
	e, old := running(t)
	e.Tick(answerOf(at(0), one("data", "web", at(0), 1)))
	next := changed(old, func(p *model.Pod) { p.UID, p.StartTime = "next", at(10).Unix() })
	e.Apply(append(gone(old), present(next)...))
	mustUse(t, e, -1)
	e.Tick(answerOf(at(15), one("data", "web", at(9), 1)))
	mustUse(t, e, -1)
	e.Tick(answerOf(at(20), one("data", "web", at(10), 3)))
	mustUse(t, e, 3)
}

// TestPodsSideBySide: a pod and its successor, while both are known.
func TestPodsSideBySide(t *testing.T) {
	e, old := running(t)
	next := changed(old, func(p *model.Pod) { p.UID, p.StartTime = "next", at(10).Unix() })
	e.Apply(present(next, newPod("data", "a", "app"), newPod("data", "z", "app")))
	e.Tick(answerOf(at(5), one("data", "a", at(5), 10), one("data", "web", at(5), 1), one("data", "z", at(5), 20)))
	mustUse(t, e, 31)
	e.Tick(answerOf(at(20), one("data", "a", at(20), 10), one("data", "web", at(20), 1), one("data", "z", at(20), 20)))
	mustUse(t, e, 32)
	e.Apply(gone(old))
	mustUse(t, e, 31)
	if got := view(t, e, clusterReport).Total.Pods; got != 3 {
		t.Errorf("%d pods, want 3", got)
	}
}

func TestCarry(t *testing.T) {
	for _, test := range []struct {
		name   string
		window time.Duration
		later  float64 // seconds after the read
		want   int64
	}{
		{"two and a half resolutions", 20 * time.Second, 50, 1},
		{"longer", 20 * time.Second, 50.1, -1},
		{"while the resolution is not known", 0, 150, 1},
		{"longer while the resolution is not known", 0, 150.1, -1},
		{"the clock is put back", 20 * time.Second, -3600, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, _ := running(t)
			// The provider's clock is hours behind: what counts is the operator's.
			first := sampled{namespace: "data", name: "web", time: at(-3000), window: test.window, cores: map[string]int64{"app": 1}}
			e.Tick(answerOf(at(0), first))
			e.Tick(answerOf(at(test.later)))
			mustUse(t, e, test.want)
			e.Sum(at(10))
			mustUse(t, e, 1)
		})
	}
}

func TestSetFillsAtOnce(t *testing.T) {
	e, _ := running(t)
	e.Apply(present(newPod("shop", "web", "app", "log")))
	both := one("shop", "web", at(0), 2)
	both.cores = map[string]int64{"app": 2, "log": 3}
	e.Tick(answerOf(at(5), one("data", "web", at(0), 1), both))
	for _, test := range []struct {
		id   usage.ID
		spec v1alpha1.ClusterSelection
		want []int64 // the total, then the rows
	}{
		{usage.ID{Name: "new"}, everyPod, []int64{6}},
		{clusterReport, byPod, []int64{6, 5, 1}},
		{usage.ID{Name: "containers"}, grouped(v1alpha1.GroupByContainer), []int64{6, 3, 3}},
		{namespacedReport("shop"), grouped(v1alpha1.GroupByContainer), []int64{5, 3, 2}},
		{namespacedReport("empty"), byPod, []int64{-1}},
	} {
		set(t, e, test.id, test.spec, many)
		v := view(t, e, test.id)
		got := []int64{usedCores(&v.Total)}
		for i := range v.Rows {
			got = append(got, usedCores(&v.Rows[i]))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: %d cores, want %d", test.id, got, test.want)
		}
		if want := at(0); test.want[0] >= 0 && !v.SampleTime.Equal(want) {
			t.Errorf("%v: sample time %v, want %v", test.id, v.SampleTime, want)
		}
	}
}

func TestSetTellsWhetherThePlanIsNew(t *testing.T) {
	e, _ := running(t)
	e.Apply(present(newPod("data", "api", "app")))
	one, err := selection.Compile("", byPod)
	if err != nil {
		t.Fatal(err)
	}
	other := *one
	for i, step := range []struct {
		plan *selection.Plan
		want bool
	}{{one, true}, {one, false}, {&other, true}, {one, true}} {
		if got := e.Set(usage.ID{Name: "x"}, step.plan, usage.Need{Top: i}); got != step.want {
			t.Errorf("step %d: Set tells %t", i, got)
		}
	}
	for top, want := range []int{0, 1, 2, 2} { // what is needed counts with the same plan too
		e.Set(usage.ID{Name: "x"}, one, usage.Need{Top: top})
		if v := view(t, e, usage.ID{Name: "x"}); len(v.Rows) != want || v.RowCount != 2 {
			t.Errorf("top %d: %d rows of %d", top, len(v.Rows), v.RowCount)
		}
	}
}

// TestTheViewBetweenTicks holds while a read of the Metrics API takes long: a pod
// that changed keeps its last sample, in whatever row it is.
func TestTheViewBetweenTicks(t *testing.T) {
	label := v1alpha1.ClusterSelection{Selection: v1alpha1.Selection{GroupBy: []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPodLabel, Label: "app"}}}}
	e, p := running(t)
	byApp := usage.ID{Name: "by app"}
	set(t, e, byApp, label, many)
	e.Tick(answerOf(at(5), one("data", "web", at(0), 1)))
	for _, test := range []struct {
		name   string
		change func(*model.Pod)
		want   int64
	}{
		{"a restart", func(p *model.Pod) { p.Started = []int64{at(4).Unix()} }, 1},
		{"a label", func(p *model.Pod) { p.Labels = model.NewLabels(map[string]string{"app": "api"}) }, 1},
		{"a resize", func(p *model.Pod) {
			p.Containers = []model.Container{{Name: "app", Resources: model.Resources{Requests: declared(2*cores, mi)}}}
		}, 1},
		{"another container", func(p *model.Pod) { p.Containers = []model.Container{{Name: "api"}} }, -1},
	} {
		e.Apply(present(changed(p, test.change)))
		for _, id := range []usage.ID{clusterReport, byApp} {
			v := view(t, e, id)
			if total, row := usedCores(&v.Total), usedCores(&v.Rows[0]); total != test.want || row != test.want || len(v.Rows) != 1 {
				t.Errorf("%s: %v uses %d cores, its row %d of %d; want %d", test.name, id, total, row, len(v.Rows), test.want)
			}
			if cpu := v.Total.Resources[model.CPU].Requests; cpu.Usage.Compare(cpu.Declared) > 0 {
				t.Errorf("%s: %v uses more of its requests than it requests", test.name, id)
			}
		}
	}
	e.Apply(gone(p))
	if v := view(t, e, byApp); v.Total.Pods != 0 || v.Total.Resources[model.CPU].Observed || len(v.Rows) != 0 {
		t.Errorf("a pod that left still counts: %+v", v.Total)
	}
}

func TestSum(t *testing.T) {
	e, _ := running(t)
	e.Tick(answerOf(at(0), one("data", "web", at(0), 1)))
	e.Apply(present(newPod("data", "api", "app")))
	e.Sum(at(30))
	mustUse(t, e, 1)
	if got, want := view(t, e, clusterReport).Pods, (usage.Coverage{Expected: 2, Observed: 1}); got != want {
		t.Errorf("pods %+v, want %+v", got, want)
	}
	e.Sum(at(38))
	mustUse(t, e, -1)
	if v := view(t, e, clusterReport); !v.SampleTime.IsZero() {
		t.Errorf("sample time %v without a sample", v.SampleTime)
	}
}

// TestTheLastReportTakesTheSamples: without reports there are no ticks that
// could age them.
func TestTheLastReportTakesTheSamples(t *testing.T) {
	e, _ := running(t)
	set(t, e, namespacedReport("data"), byPod, many)
	e.Tick(answerOf(at(0), one("data", "web", at(0), 1)))
	e.Remove(clusterReport)
	set(t, e, clusterReport, byPod, many)
	mustUse(t, e, 1)
	e.Remove(clusterReport)
	e.Remove(clusterReport)
	e.Remove(namespacedReport("data"))
	if got := e.Len(); got != 0 {
		t.Errorf("%d reports are left", got)
	}
	set(t, e, clusterReport, byPod, many)
	mustUse(t, e, -1)
	e.Tick(answerOf(at(7200), one("data", "web", at(0), 1)))
	mustUse(t, e, -1)
	e.Tick(answerOf(at(7215), one("data", "web", at(7215), 2)))
	mustUse(t, e, 2)
	if _, ok := e.View(namespacedReport("data")); ok {
		t.Error("a report that was removed has a view")
	}
}

// TestOrder adds pods in any order, in one call and in several, and takes some
// away; the merge with the answer of the Metrics API finds them all.
func TestOrder(t *testing.T) {
	e := usage.New()
	set(t, e, clusterReport, byPod, many)
	names := []string{"a", "a-1", "a.b", "b", "b0", "m", "z"}
	var pods []*model.Pod
	for _, namespace := range []string{"a", "a-b", "ab", "b"} {
		for _, name := range names {
			pods = append(pods, newPod(namespace, name, "app"))
		}
	}
	var samples []sampled
	for i, p := range pods {
		samples = append(samples, one(p.Namespace, p.Name, at(0), int64(1)<<i))
	}
	for i := range pods {
		e.Apply(present(pods[(i*11)%len(pods)]))
	}
	e.Apply(append(gone(pods[3], pods[4], pods[0]), present(pods[4])...)) // one leaves and comes back
	e.Apply(nil)
	e.Apply(append(present(newPod("zz", "z", "app")), gone(newPod("zz", "z", "app"))...)) // one comes and leaves
	e.Tick(answerOf(at(0), samples...))
	mustUse(t, e, 1<<len(pods)-1-1-1<<3)
	if got, want := view(t, e, clusterReport).Total.Pods, len(pods)-2; got != want {
		t.Errorf("%d pods, want %d", got, want)
	}
}

func TestRanking(t *testing.T) {
	e := usage.New()
	e.Apply(present(
		newPod("data", "even", "app"), newPod("data", "large", "app"),
		changed(newPod("data", "no-requests", "app"), func(p *model.Pod) { p.Containers[0].Resources = model.Resources{} }),
		newPod("data", "odd", "app"),
		changed(newPod("data", "tight", "app"), func(p *model.Pod) { p.Containers[0].Requests = declared(cores/2, mi) }),
		newPod("data", "unseen", "app"), newPod("edge", "even", "app"),
	))
	e.Tick(answerOf(at(0), one("data", "even", at(0), 2), one("data", "large", at(0), 5), one("data", "no-requests", at(0), 3),
		one("data", "odd", at(0), 2), one("data", "tight", at(0), 4), one("edge", "even", at(0), 2)))
	for _, test := range []struct {
		by   usage.Measure
		want []string
	}{
		{usage.Usage, []string{"data/large", "data/tight", "data/no-requests", "data/even", "data/odd", "edge/even", "data/unseen"}},
		{usage.Requests, []string{"data/even", "data/large", "data/odd", "data/unseen", "edge/even", "data/tight", "data/no-requests"}},
		{usage.PercentOfRequests, []string{"data/tight", "data/large", "data/even", "data/odd", "edge/even", "data/no-requests", "data/unseen"}},
	} {
		for top := 1; top <= len(test.want)+1; top++ {
			set(t, e, clusterReport, byPod, usage.Need{Top: top, By: usage.Order{Measure: test.by}})
			v := view(t, e, clusterReport)
			var got []string
			for _, r := range v.Rows {
				got = append(got, r.Subject.Namespace+"/"+r.Subject.Pod)
			}
			if diff := cmp.Diff(test.want[:min(top, len(test.want))], got); diff != "" {
				t.Errorf("by %d, top %d (-want +got):\n%s", test.by, top, diff)
			}
			if v.RowCount != len(test.want) || (v.Other != nil) != (top < len(test.want)) {
				t.Errorf("top %d: %d rows in all, other %v", top, v.RowCount, v.Other)
			}
		}
	}
}

// TestManyContainers: more than fit into one machine word.
func TestManyContainers(t *testing.T) {
	names := make([]string, 130)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	e := usage.New()
	e.Apply(present(newPod("data", "web", names...)))
	set(t, e, clusterReport, v1alpha1.ClusterSelection{Selection: v1alpha1.Selection{
		ExcludeContainers: []string{"c7"}, GroupBy: []v1alpha1.GroupKey{{Type: v1alpha1.GroupByContainer}}}}, many)
	s := sampled{namespace: "data", name: "web", time: at(0), cores: map[string]int64{}}
	for i, name := range names {
		s.cores[name] = int64(i)
	}
	e.Tick(answerOf(at(0), s))
	v := view(t, e, clusterReport)
	if got, want := usedCores(&v.Total), int64(129*130/2-7); got != want {
		t.Errorf("%d cores, want %d", got, want)
	}
	if v.RowCount != 129 || v.Other == nil || v.Other.Pods != 1 || v.Other.Containers != 29 {
		t.Errorf("%d rows, other %+v", v.RowCount, v.Other)
	}
}

// TestReplacedReportsLeaveNothing: neither pods nor rows remember a plan that was
// replaced or removed.
func TestReplacedReportsLeaveNothing(t *testing.T) {
	e := usage.New()
	var pods []*model.Pod
	for i := range 1000 {
		pods = append(pods, newPod("data", fmt.Sprint("p", i), "app"))
	}
	e.Apply(present(pods...))
	replace := func(times int) {
		for range times {
			set(t, e, clusterReport, byPod, many)
			set(t, e, namespacedReport("data"), byPod, many)
		}
		e.Remove(clusterReport)
		e.Remove(namespacedReport("data"))
	}
	replace(2)
	before := heap()
	replace(100) // would be 200,000 memberships, and as many rows
	if grown := heap() - before; grown > 2*mi {
		t.Errorf("200 plans that were replaced left %d bytes", grown)
	}
	runtime.KeepAlive(e)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
