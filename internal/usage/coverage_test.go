package usage_test

import (
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
