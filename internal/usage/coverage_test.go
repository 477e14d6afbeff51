package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestStoppedDoesNotStandForMissing: a container that has stopped keeps its sample
// for a while, which must not make up for one that runs and has none.
func TestStoppedDoesNotStandForMissing(t *testing.T) {
	e, web := running(t)
	e.Apply(present(newPod("data", "api", "app")))
	e.Tick(answerOf(at(0), one("data", "web", at(0), 1)))
	e.Apply(present(changed(web, func(p *model.Pod) { p.Started = []int64{0} })))
	mustUse(t, e, 1)
	want := usage.Coverage{Expected: 1, Observed: 0}
	if v := view(t, e, clusterReport); v.Pods != want || v.Containers != want {
		t.Errorf("pods %+v, containers %+v; want %+v", v.Pods, v.Containers, want)
	}
}

// finding is a short form of usage.Missing.
func finding(m usage.Missing) string {
	text := reasonNames[m.Reason]
	if m.Node != "" {
		return fmt.Sprintf("%s %s %d", text, m.Node, m.Pods)
	}
	text += " " + m.Namespace + "/" + m.Pod
	if m.Container != "" {
		text += "/" + m.Container
	}
	return text
}

var reasonNames = map[usage.Reason]string{
	usage.NodeLost: "NodeLost", usage.Unknown: "Unknown", usage.ContainerRestarted: "ContainerRestarted",
	usage.TooNew: "TooNew", usage.NotRunning: "NotRunning",
}

// mustMiss compares the findings of a report with those wanted, which are given
// with commas between them.
func mustMiss(t *testing.T, e *usage.Engine, id usage.ID, want string) {
	t.Helper()
	var got []string
	v := view(t, e, id)
	for _, m := range v.Missing {
		got = append(got, finding(m))
	}
	if got := strings.Join(got, ", "); got != want || v.MissingOmitted != 0 {
		t.Errorf("missing is %q and %d more, want %q", got, v.MissingOmitted, want)
	}
}

// startedAgo returns a pod that was started so many seconds before start.
func startedAgo(name string, seconds int64) *model.Pod {
	return changed(newPod("data", name, "app"), func(p *model.Pod) { p.Started = []int64{start.Unix() - seconds} })
}

func restarted(p *model.Pod) *model.Pod { return changed(p, func(p *model.Pod) { p.Restarted = true }) }

// on puts a pod onto a node.
func on(node string, p *model.Pod) *model.Pod {
	return changed(p, func(p *model.Pod) { p.Node = node })
}

// watched is an engine that knows the resolution of 15 s, by a pod that is
// always sampled, and that was last ticked at start.
func watched(t *testing.T) *usage.Engine {
	t.Helper()
	e := usage.New()
	e.Apply(present(on("n0", newPod("data", "a", "app"))))
	set(t, e, clusterReport, byPod, many)
	e.Tick(answerOf(at(-15), one("data", "a", at(-15), 1)))
	e.Tick(answerOf(at(0), one("data", "a", at(0), 1)))
	return e
}

// TestReasons looks at single pods that were there before the operator was, and
// have no sample.
func TestReasons(t *testing.T) {
	two := newPod("data", "web", "app", "log")
	stopped := func(p *model.Pod) *model.Pod {
		return changed(p, func(p *model.Pod) { p.Started = make([]int64, len(p.Started)) })
	}
	for _, test := range []struct {
		name string
		pod  *model.Pod
		want string
	}{
		{"old", startedAgo("web", 3600), "Unknown data/web"},
		{"three resolutions old", startedAgo("web", 45), "TooNew data/web"},
		{"older", startedAgo("web", 46), "Unknown data/web"},
		{"from the future", startedAgo("web", -3600), "TooNew data/web"},
		{"restarted long ago", restarted(startedAgo("web", 3600)), "Unknown data/web"},
		{"just restarted", restarted(startedAgo("web", 0)), "ContainerRestarted data/web"},
		{"restarted as long ago as a sample is carried, and settling", restarted(startedAgo("web", 82)), "ContainerRestarted data/web"},
		{"restarted longer ago", restarted(startedAgo("web", 83)), "Unknown data/web"},
		{"one of two is new", changed(two, func(p *model.Pod) { p.Started = []int64{1, start.Unix()} }), "TooNew data/web"},
		{"one of two does not run", changed(two, func(p *model.Pod) { p.Started = []int64{0, 1} }), "Unknown data/web"},
		{"none of two runs", stopped(two), "NotRunning data/web"},
		{"without containers", newPod("data", "web"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := usage.New()
			e.Apply(present(on("n0", newPod("data", "a", "app")), test.pod))
			set(t, e, clusterReport, byPod, many)
			e.Tick(answerOf(at(0), one("data", "a", at(0), 1)))
			mustMiss(t, e, clusterReport, test.want)
		})
	}
}

// TestContainersOfAReturnedPod leaves containers out of a sample.
func TestContainersOfAReturnedPod(t *testing.T) {
	for _, test := range []struct {
		name    string
		started []int64 // of app, log and proxy
		seen    string
		want    string
	}{
		{"all seen", []int64{1, 1, 1}, "app log proxy", ""},
		{"one left out", []int64{1, 1, 1}, "app proxy", "Unknown data/web/log"},
		{"two left out", []int64{1, 1, 1}, "log", "Unknown data/web/app, Unknown data/web/proxy"},
		{"one that has just started", []int64{1, start.Unix(), 1}, "app proxy", "TooNew data/web/log"},
		{"not the one that has just started", []int64{1, start.Unix(), 1}, "app log", "Unknown data/web/proxy"},
		{"one that does not run", []int64{1, 0, 1}, "app proxy", "NotRunning data/web/log"},
		{"one that does not run is seen", []int64{1, 0, 1}, "app log proxy", "NotRunning data/web/log"},
		{"only one that does not run is seen", []int64{1, 0, 1}, "log", "Unknown data/web"},
		{"one of each", []int64{1, 0, 1}, "app", "Unknown data/web/proxy, NotRunning data/web/log"},
		{"the pod without containers", []int64{1, 1, 1}, "", "Unknown data/web"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := usage.New()
			e.Apply(present(changed(newPod("data", "web", "app", "log", "proxy"), func(p *model.Pod) { p.Started = test.started })))
			set(t, e, clusterReport, byPod, many)
			seen := sampled{namespace: "data", name: "web", time: at(0), cores: map[string]int64{}}
			for c := range strings.FieldsSeq(test.seen) {
				seen.cores[c] = 1
			}
			e.Tick(answerOf(at(0), seen))
			mustMiss(t, e, clusterReport, test.want)
		})
	}
}
