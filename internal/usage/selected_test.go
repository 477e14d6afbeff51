package usage_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestCoverageOfAll: what runs counts once, in however many reports it is, and not
// where it is in none.
func TestCoverageOfAll(t *testing.T) {
	e := usage.New()
	stopped := changed(newPod("shop", "stopped", "app"), func(p *model.Pod) { p.Started = []int64{0} })
	e.Apply(present(newPod("data", "db", "app"), newPod("shop", "new", "app"), stopped, newPod("shop", "web", "app")))
	e.Apply(nodesPresent(newNode("n1"), newNode("n2")))
	mustCover := func(target model.Target, expected, observed int) {
		t.Helper()
		if got, want := e.Coverage(target), (usage.Coverage{Expected: expected, Observed: observed}); got != want {
			t.Errorf("the coverage is %+v, want %+v", got, want)
		}
	}
	mustCover(model.Pods, 0, 0)
	set(t, e, namespacedReport("shop"), byPod, many)
	set(t, e, usage.ID{Kind: "UsageReport", Namespace: "shop", Name: "again"}, everyPod, many)
	mustCover(model.Pods, 2, 0)
	e.Tick(answerOf(at(0), one("data", "db", at(0), 1), one("shop", "stopped", at(0), 1), one("shop", "web", at(0), 1)))
	mustCover(model.Pods, 2, 1)
	mustCover(model.Nodes, 0, 0)
	set(t, e, clusterReport, everyNode, many)
	e.TickNodes(nodeSamples(0, 0, "n2"))
	mustCover(model.Nodes, 2, 1)
	e.Sum(at(300)) // until when all samples are too old
	mustCover(model.Pods, 2, 0)
	mustCover(model.Nodes, 2, 0)
}
