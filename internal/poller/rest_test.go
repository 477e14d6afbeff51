package poller

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

func TestLastReportGone(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		one, two := f.serve("shop", "one", minute), f.serve("shop", "two", minute)
		f.Drop(one)
		f.pass(minute)
		f.mustSay(v1alpha1.ReasonMetricsRead)
		f.Drop(two)
		f.forget()
		f.pass(10 * minute)
		f.mustRead(0)
		f.mustAnnounce()
		f.mustSay("")
		if f.View(two) != nil {
			f.t.Error("a dropped report has numbers")
		}
		f.serve("shop", "three", minute)
		f.mustRead(1)
		f.mustAnnounce(announcement{11 * minute, "three"})
	})
}

// TestLastReportGoneDuringARead: the next report must wake the loop all the
// same.
func TestLastReportGoneDuringARead(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		id := f.serve("shop", "one", minute)
		f.during = func(context.Context) { f.Drop(id) }
		f.pass(scrapes)
		f.during = nil
		f.pass(minute)
		f.forget()
		f.serve("shop", "two", minute)
		f.mustRead(1)
	})
}

// TestSearchesAfterARest: the time of the scrape is not known any more.
func TestSearchesAfterARest(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		id := f.serve("shop", "one", minute)
		f.pass(3 * scrapes)
		f.Drop(id)
		f.pass(10*minute + 7*time.Second)
		f.forget()
		f.serve("shop", "two", minute)
		f.pass(2 * scrapes)
		if len(f.reads) <= 3 {
			f.t.Errorf("%d reads in two resolutions after a rest: no search", len(f.reads))
		}
	})
}

// TestReportGoneAndBack: a report that is replaced at once costs no read.
func TestReportGoneAndBack(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.Drop(f.serve("shop", "one", minute))
		f.forget()
		id := f.serve("shop", "one", minute)
		f.mustRead(0)
		f.mustAnnounce(announcement{0, "one"})
		if v := f.View(id); v == nil || v.Pods.Observed != 1 {
			f.t.Errorf("the numbers are %+v, want those of a pod", v)
		}
	})
}

// TestConcurrentUse: reconcilers come and go while the loop ticks.
func TestConcurrentUse(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		plan, err := selection.Compile("shop", v1alpha1.ClusterSelection{})
		if err != nil {
			f.t.Fatal(err)
		}
		var reconcilers sync.WaitGroup
		for i := range 4 {
			id := numbered(i)
			reconcilers.Go(func() {
				for range 200 {
					f.Serve(id, plan, usage.Need{Top: 1}, minute)
					f.View(id)
					f.Metrics(model.Pods)
					f.Starting(model.Pods)
					f.Drop(id)
				}
				f.Serve(id, plan, usage.Need{Top: 1}, minute)
			})
		}
		for range 100 {
			f.fake.Step(time.Second)
		}
		reconcilers.Wait()
		f.pass(scrapes)
		for i := range 4 {
			if v := f.View(numbered(i)); v == nil || v.Pods.Observed != 1 {
				f.t.Errorf("report %d has the numbers %+v, want those of a pod", i, v)
			}
		}
	})
}
