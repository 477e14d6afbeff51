package poller

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
)

// TestOnlyWhatIsWantedIsRead: each list is read while a report lives on it.
func TestOnlyWhatIsWantedIsRead(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.addNode("n1")
		nodes := f.serveNodes("nodes", 24*time.Hour)
		f.pass(10 * scrapes)
		f.mustRead(0)
		f.mustSay("")
		f.mustSayOf(model.Nodes, v1alpha1.ReasonMetricsRead)
		f.forget()
		f.pass(10 * scrapes)
		if n := len(f.nodeReads); n < 10 || n > 13 {
			f.t.Errorf("%d reads in 10 resolutions: the pace is not that of the nodes", n)
		}
		pods := f.serve("", "pods", 24*time.Hour)
		f.forget()
		f.pass(10 * scrapes)
		f.mustReadNodes(len(f.reads))
		for i, r := range f.reads {
			if r.at != f.nodeReads[i] {
				f.t.Errorf("tick %d reads pods at %v, nodes at %v", i, r.at, f.nodeReads[i])
			}
		}
		f.Drop(nodes)
		f.forget()
		f.pass(10 * scrapes)
		f.mustReadNodes(0)
		f.mustSayOf(model.Nodes, "")
		if len(f.reads) < 10 {
			f.t.Errorf("%d reads of pods after the report of nodes left", len(f.reads))
		}
		f.Drop(pods)
		f.forget()
		f.pass(10 * scrapes)
		f.mustRead(0)
	})
}

// TestFirstReportOfAList: it is served at once, and the list that is read
// already keeps its pace.
func TestFirstReportOfAList(t *testing.T) {
	running(t, func(f *fixture) {
		f.addNode("n1")
		inStep(f)
		now := f.now()
		id := f.serveNodes("nodes", minute)
		f.mustRead(0)
		f.mustReadNodes(1)
		f.mustAnnounce(announcement{now, "nodes"})
		if v := f.View(id); v == nil || v.Nodes.Observed != 1 {
			f.t.Errorf("the numbers are %+v, want those of a node", v)
		}
		f.serveNodes("more", minute)
		f.mustReadNodes(1)
		f.pass(scrapes)
		f.mustRead(1)
		f.mustReadNodes(2)
	})
	running(t, func(f *fixture) {
		f.addNode("n1")
		f.addPod("shop", "web")
		f.serveNodes("nodes", 24*time.Hour)
		f.pass(minute)
		f.forget()
		now := f.now()
		id := f.serve("shop", "pods", minute)
		f.mustRead(1)
		f.mustReadNodes(0)
		f.mustAnnounce(announcement{now, "pods"})
		if v := f.View(id); v == nil || v.Pods.Observed != 1 {
			f.t.Errorf("the numbers are %+v, want those of a pod", v)
		}
	})
}

// TestOneListFails: the reports that live on the other do not notice.
func TestOneListFails(t *testing.T) {
	failure := &metricsapi.Error{Kind: metricsapi.Throttled, RetryAfter: 5 * scrapes}
	for _, row := range []struct {
		name         string
		broken, fine model.Target
		fail         func(*fixture, error)
		others       func(*fixture) int
		tries        func(*fixture) int
	}{
		{"nodes", model.Nodes, model.Pods, func(f *fixture, err error) { f.nodesErr = err },
			func(f *fixture) int { return len(f.reads) }, func(f *fixture) int { return len(f.nodeReads) }},
		{"pods", model.Pods, model.Nodes, func(f *fixture, err error) { f.err = err },
			func(f *fixture) int { return len(f.nodeReads) }, func(f *fixture) int { return len(f.reads) }},
	} {
		running(t, func(f *fixture) {
			f.addPod("shop", "web")
			f.addNode("n1")
			ids := []string{model.Pods: "pods", model.Nodes: "nodes"}
			fineID := f.serve("shop", "pods", scrapes)
			if nodes := f.serveNodes("nodes", scrapes); row.fine == model.Nodes {
				fineID = nodes
			}
			f.pass(5 * minute)
			f.forget()
			row.fail(f, failure)
			f.pass(20 * scrapes)
			f.mustSayOf(row.broken, v1alpha1.ReasonMetricsAPIThrottled)
			f.mustSayOf(row.fine, v1alpha1.ReasonMetricsRead)
			announced := map[string]int{}
			for _, a := range f.announced {
				announced[a.name]++
			}
			if announced[ids[row.broken]] != 1 || announced[ids[row.fine]] < 19 {
				f.t.Errorf("%s fail: announced %v, want the broken one once and the other with each tick", row.name, announced)
			}
			if n := row.others(f); n < 20 || n > 22 {
				f.t.Errorf("%s fail: %d reads of the other list in 20 resolutions", row.name, n)
			}
			if n := row.tries(f); n < 3 || n > 5 {
				f.t.Errorf("%s fail: %d tries in 20 resolutions, want one in 5 or 6", row.name, n)
			}
			if v := f.View(fineID); v == nil || v.Measured().Observed != 1 {
				f.t.Errorf("%s fail: the other's numbers are %+v", row.name, v)
			}
			row.fail(f, nil)
			f.forget()
			f.pass(7 * scrapes)
			f.mustSayOf(row.broken, v1alpha1.ReasonMetricsRead)
		})
	}
}

// TestEmptyAnswersAboutNodes: as with pods, nothing is a failure only where there
// should be something.
func TestEmptyAnswersAboutNodes(t *testing.T) {
	for _, row := range []struct {
		name         string
		nodes, ready bool
		want         string
	}{
		{"no node", false, false, v1alpha1.ReasonMetricsRead},
		{"no node is Ready", true, false, v1alpha1.ReasonMetricsRead},
		{"a node is Ready", true, true, v1alpha1.ReasonMetricsAPIEmpty},
	} {
		running(t, func(f *fixture) {
			if row.nodes {
				f.addNode("n1")
				f.nodes[0].Ready = row.ready
				f.unsampled["n1"] = true
			}
			id := f.serveNodes("nodes", minute)
			f.mustSayOf(model.Nodes, row.want)
			if f.View(id) == nil {
				f.t.Errorf("%s: the report was not announced", row.name)
			}
		})
	}
}
