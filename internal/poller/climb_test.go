package poller

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// serveTop adds a report about the tops of chains of owners.
func (f *fixture) serveTop(name string, interval time.Duration) usage.ID {
	f.t.Helper()
	plan, err := selection.Compile("", v1alpha1.ClusterSelection{Selection: v1alpha1.Selection{
		GroupBy: []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload, Level: v1alpha1.LevelTop}}}})
	if err != nil {
		f.t.Fatal(err)
	}
	id := usage.ID{Kind: "ClusterUsageReport", Name: name}
	f.Serve(id, plan, usage.Need{}, interval)
	f.settle()
	return id
}

// TestTopIsWantedWhileAReportAsks for it.
func TestTopIsWantedWhileAReportAsks(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.serve("", "plain", minute)
		f.pass(minute)
		if f.wantsTop {
			t.Error("top is wanted by no report")
		}
		id := f.serveTop("top", minute)
		f.pass(minute)
		if !f.wantsTop {
			t.Error("top is not wanted though a report asks for it")
		}
		f.Drop(id)
		f.pass(minute)
		if f.wantsTop {
			t.Error("top is still wanted")
		}
		f.serveTop("top", minute)
		f.pass(minute)
		f.Drop(id)
		f.Drop(usage.ID{Kind: "ClusterUsageReport", Name: "plain"})
		f.pass(minute)
		if f.wantsTop {
			t.Error("top is wanted while the poller rests")
		}
	})
}

// TestNewReportIsServedAgainWhileOwnersAreToCome: its interval may be a day.
func TestNewReportIsServedAgainWhileOwnersAreToCome(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.serve("", "plain", minute)
		f.pass(minute)
		f.cluster.climbing = true
		id := f.serveTop("top", 24*time.Hour)
		f.View(id)
		f.forget()
		f.pass(20 * time.Second)
		if f.View(id) == nil || f.count("top") == 0 {
			t.Errorf("announced was %v while owners were to come", f.announced)
		}
		f.cluster.climbing = false
		f.pass(20 * time.Second)
		f.View(id)
		f.forget()
		f.pass(minute)
		if f.count("top") > 0 {
			t.Errorf("announced was %v after all owners had come", f.announced)
		}
	})
}

// count tells how often a report was announced.
func (f *fixture) count(name string) (n int) {
	for _, a := range f.announced {
		if a.name == name {
			n++
		}
	}
	return n
}
