package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestStartsByTheOperatorsClock lets a pod start on nodes whose clocks are wrong.
func TestStartsByTheOperatorsClock(t *testing.T) {
	for _, test := range []struct {
		name string
		skew float64 // of the node's clock, in seconds
	}{
		{"right", 0}, {"an hour behind", -3600}, {"an hour ahead", 3600},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := watched(t)
			tick := func(second float64, want string) {
				t.Helper()
				if int(second)%15 != 0 {
					e.Sum(at(second)) // a tick would change the resolution
				} else {
					e.Tick(answerOf(at(second), one("data", "a", at(second), 1)))
				}
				mustMiss(t, e, clusterReport, want)
			}
			web := newPod("data", "web", "app")
			startAt := func(second float64) *model.Pod {
				return changed(web, func(p *model.Pod) { p.Started = []int64{at(second + test.skew).Unix()} })
			}
			e.Apply(present(changed(web, func(p *model.Pod) { p.Started = []int64{0} })))
			tick(15, "NotRunning data/web")
			e.Apply(present(startAt(30)))
			mustMiss(t, e, clusterReport, "TooNew data/web")
			tick(30, "TooNew data/web")
			e.Apply(present(changed(startAt(30), func(p *model.Pod) { p.Labels = model.NewLabels(map[string]string{"a": "b"}) })))
			tick(75, "TooNew data/web")
			tick(76, "Unknown data/web")
			e.Apply(present(restarted(startAt(90))))
			tick(90, "ContainerRestarted data/web")
			tick(165, "ContainerRestarted data/web")
			tick(172, "ContainerRestarted data/web")
			tick(173, "Unknown data/web")
		})
	}
}

// TestLateNewsOfAStart: of a start that was heard of after a pause, the node's
// clock tells more than the time of hearing.
func TestLateNewsOfAStart(t *testing.T) {
	e := watched(t)
	e.Apply(present(changed(newPod("data", "web", "app"), func(p *model.Pod) { p.Started = []int64{at(20).Unix()} })))
	e.Tick(answerOf(at(600), one("data", "a", at(600), 1)))
	mustMiss(t, e, clusterReport, "Unknown data/web")
}

func TestNodeLost(t *testing.T) {
	b, c := on("n1", newPod("data", "b", "app")), on("n1", newPod("data", "c", "app"))
	recent := on("n1", restarted(startedAgo("d", 0)))
	for _, test := range []struct {
		name string
		pods []*model.Pod
		want string
	}{
		{"one pod could be its own fault", []*model.Pod{b}, "Unknown data/b"},
		{"two pods", []*model.Pod{b, c}, "NodeLost n1 2"},
		{"one with a reason is no evidence", []*model.Pod{b, recent}, "Unknown data/b, ContainerRestarted data/d"},
		{"one with a reason is lost with the others", []*model.Pod{b, c, recent}, "NodeLost n1 3"},
		{"a node that has just come", []*model.Pod{on("n1", startedAgo("b", 9)), on("n1", startedAgo("c", 9))}, "TooNew data/b, TooNew data/c"},
		{"what does not run is not lost", []*model.Pod{b, c, changed(newPod("data", "d", "app"), func(p *model.Pod) { p.Started = []int64{0} })},
			"NodeLost n1 2, NotRunning data/d"},
		{"one pod is sampled", []*model.Pod{b, c, on("n1", newPod("data", "seen", "app"))}, "Unknown data/b, Unknown data/c"},
		{"two nodes", []*model.Pod{on("n2", newPod("data", "x", "app")), on("n2", newPod("data", "y", "app")), b, c}, "NodeLost n1 2, NodeLost n2 2"},
		{"one pod on each of two nodes", []*model.Pod{b, on("n2", newPod("data", "x", "app"))}, "Unknown data/b, Unknown data/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := usage.New()
			e.Apply(present(test.pods...))
			set(t, e, clusterReport, byPod, many)
			e.Tick(answerOf(at(0), one("data", "seen", at(0), 1)))
			mustMiss(t, e, clusterReport, test.want)
		})
	}
}

// TestFindingsStayInScope: a namespaced report judges a node by its own pods,
// and no report tells of pods that it does not select.
func TestFindingsStayInScope(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("data", "a", "app"), newPod("data", "b", "app"), newPod("edge", "c", "app", "log"),
		on("n2", newPod("shop", "d", "app")), on("n2", newPod("shop", "e", "app")), on("n2", newPod("data", "f", "app"))))
	all := map[usage.ID]string{
		clusterReport:            "Unknown data/a, Unknown data/b, Unknown edge/c/log, Unknown shop/d, Unknown shop/e",
		namespacedReport("data"): "NodeLost n1 2",
		namespacedReport("edge"): "Unknown edge/c/log",
		namespacedReport("shop"): "NodeLost n2 2",
		namespacedReport("nope"): "",
	}
	for id := range all {
		set(t, e, id, byPod, many)
	}
	only := usage.ID{Kind: "ClusterUsageReport", Name: "one of a lost node's pods"}
	set(t, e, only, v1alpha1.ClusterSelection{Namespaces: []string{"shop"}, Selection: v1alpha1.Selection{
		Selector: &v1alpha1.LabelSelector{MatchLabels: map[string]string{"app": "d"}}}}, many)
	e.Apply(present(on("n2", changed(newPod("shop", "d", "app"), func(p *model.Pod) { p.Labels = model.NewLabels(map[string]string{"app": "d"}) }))))
	all[only] = "NodeLost n2 1"
	without := usage.ID{Kind: "ClusterUsageReport", Name: "without the container that is left out"}
	set(t, e, without, v1alpha1.ClusterSelection{Namespaces: []string{"edge"}, Selection: v1alpha1.Selection{
		ExcludeContainers: []string{"log"}}}, many)
	all[without] = ""
	e.Tick(answerOf(at(0), one("data", "f", at(0), 1), one("edge", "c", at(0), 1)))
	for id, want := range all {
		mustMiss(t, e, id, want)
	}
	set(t, e, only, v1alpha1.ClusterSelection{Namespaces: []string{"edge"}, Selection: v1alpha1.Selection{
		GroupBy: []v1alpha1.GroupKey{{Type: v1alpha1.GroupByContainer}}}}, many)
	mustMiss(t, e, only, "Unknown edge/c/log")
}

// TestFindingsAreBounded has more of each kind than can be listed, and lists the
// gravest.
func TestFindingsAreBounded(t *testing.T) {
	var pods []*model.Pod
	for i := range 30 {
		recent := on("n0", startedAgo(fmt.Sprintf("new-%02d", i), 0))
		stopped := on("n0", changed(newPod("data", fmt.Sprintf("stopped-%02d", i), "app"), func(p *model.Pod) { p.Started = []int64{0} }))
		pods = append(pods, stopped, recent)
	}
	for i := range 6 {
		pods = append(pods, on(fmt.Sprint("n", 1+i/2), newPod("data", fmt.Sprint("lost-", i), "app")))
	}
	e := usage.New()
	e.Apply(present(append(pods, on("n0", newPod("data", "seen", "app")))...))
	set(t, e, clusterReport, byPod, many)
	e.Tick(answerOf(at(0), one("data", "seen", at(0), 1)))
	v := view(t, e, clusterReport)
	var got []string
	for _, m := range v.Missing {
		got = append(got, finding(m))
	}
	want := []string{"NodeLost n1 2", "NodeLost n2 2", "NodeLost n3 2"}
	for i := range usage.MaxMissing - len(want) {
		want = append(want, fmt.Sprintf("TooNew data/new-%02d", i))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("missing is %q, want %q", got, want)
	}
	if want := 3 + 30 + 30 - usage.MaxMissing; v.MissingOmitted != want {
		t.Errorf("%d are omitted, want %d", v.MissingOmitted, want)
	}
}

// TestFindingsFollow looks after each single change: what is found is what the
// counts say.
func TestFindingsFollow(t *testing.T) {
	e := watched(t)
	web, api := startedAgo("web", 3600), on("n2", startedAgo("api", 3600))
	e.Apply(present(web))
	mustMiss(t, e, clusterReport, "TooNew data/web") // it was not there at the tick before
	e.Apply(present(api))
	mustMiss(t, e, clusterReport, "TooNew data/api, TooNew data/web")
	e.Tick(answerOf(at(15), one("data", "a", at(15), 1), one("data", "web", at(15), 1)))
	mustMiss(t, e, clusterReport, "TooNew data/api")
	e.Sum(at(90))
	mustMiss(t, e, clusterReport, "Unknown data/a, Unknown data/api, Unknown data/web")
	e.Apply(gone(api))
	mustMiss(t, e, clusterReport, "Unknown data/a, Unknown data/web")
	e.Tick(answerOf(at(91), one("data", "a", at(91), 1)))
	mustMiss(t, e, clusterReport, "Unknown data/web")
	e.Remove(clusterReport)
	set(t, e, clusterReport, byPod, many)
	mustMiss(t, e, clusterReport, "Unknown data/a, Unknown data/web")
}

func TestUnsampledRuns(t *testing.T) {
	e := watched(t)
	set(t, e, namespacedReport("data"), byPod, many)
	set(t, e, namespacedReport("shop"), byPod, many)
	ran := func(name string) *model.Pod {
		return changed(newPod("data", name, "app"), func(p *model.Pod) { p.Ran = true })
	}
	pending, sampled := newPod("data", "pending", "app"), ran("sampled")
	mustCount := func(step string, cluster, data int) {
		t.Helper()
		for id, want := range map[usage.ID]int{clusterReport: cluster, namespacedReport("data"): data, namespacedReport("shop"): 0} {
			if got := view(t, e, id).UnsampledRuns; got != want {
				t.Errorf("%s: %v counts %d, want %d", step, id, got, want)
			}
		}
	}
	e.Apply(gone(ran("before the report was read for")))
	mustCount("the new reports have not read yet", 1, 0)
	e.Apply(present(sampled, pending, ran("short")))
	e.Tick(answerOf(at(15), one("data", "a", at(15), 1), one("data", "sampled", at(15), 1)))
	mustCount("nothing has left", 1, 0)
	e.Apply(gone(changed(ran("short"), func(p *model.Pod) { p.Ran = false })))
	mustCount("a pod without a sample", 2, 1)
	e.Apply(gone(sampled))
	mustCount("a pod with a sample", 2, 1)
	e.Apply(gone(newPod("data", "never ran", "app")))
	mustCount("a pod that never ran", 2, 1)
	e.Apply(append(gone(ran("pending")), gone(pending)...))
	mustCount("a pod that ran unheard of", 3, 2)
	e.Apply(gone(ran("unknown")))
	mustCount("a pod that was unheard of", 4, 3)
	set(t, e, clusterReport, everyPod, many)
	mustCount("another plan", 0, 3)
}
