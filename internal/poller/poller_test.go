package poller

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

func TestRestsWithoutReports(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		for range 5 {
			f.fake.Step(time.Hour)
			f.settle()
		}
		f.mustRead(0)
		f.mustSay("")
	})
}

func TestFirstReportWakesIt(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.addPod("data", "db")
		f.pass(minute)
		id := f.serve("", "all", minute)
		f.mustRead(1)
		f.mustAnnounce(announcement{minute, "all"})
		f.mustSay(v1alpha1.ReasonMetricsRead)
		v := f.View(id)
		if v == nil || v.Total.Pods != 2 || v.Pods.Observed != 2 {
			f.t.Errorf("the numbers are %+v, want those of two pods", v)
		}
	})
}

// TestViewWaits: a view is not handed out before its sums are up to date.
func TestViewWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.addPod("shop", "web")
		id := f.serve("shop", "shop", minute)
		if v := f.View(id); v != nil {
			t.Errorf("before the first tick the numbers are %+v", v)
		}
	})
}

// TestAnnouncesOnceAnInterval looks at ten intervals: a report is announced with
// the tick that is nearest to its slot.
func TestAnnouncesOnceAnInterval(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		id := f.serve("shop", "shop", minute)
		f.forget()
		slot := nextSlot(id, minute, start)
		f.pass(10*minute - 1)
		if len(f.announced) != 10 {
			f.t.Fatalf("announced %d times in ten intervals: %v", len(f.announced), f.announced)
		}
		for i, a := range f.announced {
			if late := a.at - slot.Add(time.Duration(i)*minute).Sub(start); late.Abs() > scrapes/2 {
				f.t.Errorf("announcement %d comes %v after its slot", i+1, late)
			}
		}
	})
}

// TestReadsInStep: after the search, reads are a resolution apart.
func TestReadsInStep(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.pass(7 * time.Second)
		f.serve("", "all", minute)
		f.pass(3 * scrapes)
		f.forget()
		f.pass(100 * scrapes)
		if len(f.reads) < 100 || len(f.reads) > 115 {
			f.t.Errorf("%d reads in 100 resolutions", len(f.reads))
		}
	})
}

// TestNewReportsNeedNoRead: they are summed from the samples at hand.
func TestNewReportsNeedNoRead(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.serve("", "first", 24*time.Hour)
		f.forget()
		id := f.serve("", "second", 24*time.Hour)
		f.mustRead(0)
		f.mustAnnounce(announcement{0, "second"})
		if v := f.View(id); v == nil || v.Pods.Observed != 1 {
			f.t.Errorf("the numbers are %+v, want those of a pod", v)
		}
	})
}

// TestManyNewReports: when they come one after the other, not each of them costs
// a look at all pods, and none waits long.
func TestManyNewReports(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.serve("", "first", 24*time.Hour)
		f.forget()
		f.drains = 0
		const reports = 20
		for i := range reports {
			f.serve("shop", fmt.Sprint("report-", i), 24*time.Hour)
			f.fake.Step(calm / 10)
		}
		f.pass(calm)
		if len(f.announced) != reports || f.drains > reports/10+1 {
			t.Errorf("%d reports were announced after %d looks, want %d after at most %d", len(f.announced), f.drains, reports, reports/10+1)
		}
	})
}

// TestUnsampledReportsComeAgain: a report that waits for its first sample does
// not wait for its interval to end.
func TestUnsampledReportsComeAgain(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.addPod("data", "db")
		f.unsampled["web"] = true
		f.serve("data", "data", 24*time.Hour)
		id := f.serve("shop", "shop", 24*time.Hour)
		if v := f.View(id); v == nil || !v.SampleTime.IsZero() || v.Total.Pods != 1 {
			f.t.Fatalf("the numbers are %+v, want a pod without a sample", v)
		}
		delete(f.unsampled, "web")
		f.forget()
		f.pass(scrapes)
		if len(f.announced) != 1 {
			f.t.Fatalf("announced %d times, want once with the next tick", len(f.announced))
		}
		if v := f.View(id); v.Pods.Observed != 1 {
			f.t.Errorf("%d pods have a sample, want 1", v.Pods.Observed)
		}
		f.forget()
		f.pass(10 * minute)
		f.mustAnnounce()
	})
}

func TestChangesOfTheInventoryCount(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		id := f.serve("shop", "shop", minute)
		f.addPod("shop", "web-2")
		f.pass(2 * scrapes)
		if v := f.View(id); v.Total.Pods != 2 || v.Pods.Observed != 2 {
			f.t.Errorf("the numbers are %+v, want those of two pods", v)
		}
		f.news = append(f.news, model.Change{Pod: f.pods[0], Gone: true})
		f.pods = f.pods[1:]
		f.pass(2 * scrapes)
		if v := f.View(id); v.Total.Pods != 1 {
			f.t.Errorf("%d pods after one left, want 1", v.Total.Pods)
		}
	})
}
