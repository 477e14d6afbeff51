package usage_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestChanged follows a report through all that can change its numbers. Each
// view of it ends the news.
func TestChanged(t *testing.T) {
	e := usage.New()
	mustChange := func(want bool, why string) {
		t.Helper()
		if got := e.Changed(clusterReport); got != want {
			t.Errorf("%s: changed is %t, want %t", why, got, want)
		}
		view(t, e, clusterReport)
		if e.Changed(clusterReport) {
			t.Errorf("%s: changed after a view", why)
		}
	}
	if e.Changed(clusterReport) {
		t.Error("a report that is not set has changed")
	}
	set(t, e, clusterReport, everyPod, many)
	mustChange(true, "a new report")
	web := newPod("shop", "web", "app")
	e.Apply(present(web))
	mustChange(true, "a new pod")
	e.Tick(answerOf(at(0)))
	mustChange(true, "a pod without a sample, whose reason changes with time")
	e.Tick(answerOf(at(15), one("shop", "web", at(10), 1)))
	mustChange(true, "a first sample")
	e.Tick(answerOf(at(20), one("shop", "web", at(10), 1)))
	mustChange(false, "the same sample")
	e.Sum(at(22))
	mustChange(false, "a sum of the same")
	e.Tick(answerOf(at(30), one("shop", "web", at(25), 1)))
	mustChange(true, "a new sample")
	e.Sum(at(25 + 151))
	mustChange(true, "a sample too old")
	set(t, e, namespacedReport("data"), everyPod, many)
	mustChange(false, "another report")
	e.Apply(gone(web))
	mustChange(true, "a pod that left")

	followed := usage.ID{Kind: "ClusterUsageReport", Name: "followed"}
	set(t, e, followed, everyPod, overFiveMinutes)
	e.Tick(answerOf(at(200)))
	view(t, e, followed)
	if e.Tick(answerOf(at(215))); !e.Changed(followed) {
		t.Error("a window that moves on without pods is no news")
	}
}
