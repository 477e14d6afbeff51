package usage_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var clusterThreshold = usage.ID{Kind: "ClusterResourceThreshold", Name: "all"}

// percent is 1 % in the unit of a percentage.
const percent = 10_000_000

func ofCPU(m usage.Measure, c usage.Combine) usage.Need {
	return usage.Need{Alert: &usage.Alert{Measure: m, Combine: c, Statistic: usage.Current}}
}

func overMinutes(minutes int, s usage.Statistic) usage.Need {
	return usage.Need{Window: time.Duration(minutes) * time.Minute, Alert: &usage.Alert{Statistic: s}}
}

// theReading is the only one of the threshold.
func theReading(t *testing.T, e *usage.Engine) usage.Reading {
	t.Helper()
	readings, _, ok := e.Readings(clusterThreshold)
	if !ok || len(readings) != 1 {
		t.Fatalf("the readings are %+v", readings)
	}
	return readings[0]
}

// figure is what is compared of a reading.
type figure struct {
	data                usage.Data
	value, lower, upper int64
}

func figureOf(x usage.Reading) figure { return figure{x.Data, x.Value, x.Lower, x.Upper} }

func mustRead(t *testing.T, what string, e *usage.Engine, want figure) {
	t.Helper()
	if got := figureOf(theReading(t, e)); got != want {
		t.Errorf("%s: read %+v, want %+v", what, got, want)
	}
}

func limited(p *model.Pod, requests, limits int64) *model.Pod {
	return changed(p, func(p *model.Pod) {
		p.Containers = append([]model.Container(nil), p.Containers...)
		p.Containers[0].Requests = declared(requests*cores, mi)
		if p.Containers[0].Limits = (model.Declared{}); limits > 0 {
			p.Containers[0].Limits = declared(limits*cores, mi)
		}
	})
}

// TestBounds: the pod a was seen to use 3 of its 2 requested cores and its limit of 4;
// b, which requests 2 and is limited to 5, and c, which requests 4 and has no limit,
// are missing; d does not run. All are on a node that has 16 cores for them, in a
// namespace that may request 10.
func TestBounds(t *testing.T) {
	idle := changed(newPod("shop", "d", "app"), func(p *model.Pod) { p.Started = []int64{0} })
	perNode, perNamespace := grouped(v1alpha1.GroupByNode), grouped(v1alpha1.GroupByNamespace)
	for _, c := range []struct {
		measure usage.Measure
		by      v1alpha1.ClusterSelection
		sum     figure
		pod     figure
	}{
		{usage.Usage, everyPod,
			figure{usage.Partial, 3 * cores, 3 * cores, (3 + 5 + 16) * cores},
			figure{usage.Partial, 3 * cores, 3 * cores, 16 * cores}},
		{usage.PercentOfRequests, everyPod,
			figure{usage.Partial, 150 * percent, 37.5 * percent, 300 * percent}, // of 2, and of 8
			figure{usage.Partial, 150 * percent, 150 * percent, 400 * percent}}, // c could use 16 of 4
		{usage.PercentOfLimits, everyPod,
			figure{usage.Partial, 75 * percent, 333_333_333, 888_888_888}, // of 4, and of 9: c has no limit
			figure{usage.Partial, 75 * percent, 75 * percent, 100 * percent}},
		{usage.PercentOfAllocatable, perNode,
			figure{usage.Partial, 18.75 * percent, 18.75 * percent, 100 * percent}, // not 24 of 16
			figure{usage.Partial, 18.75 * percent, 18.75 * percent, 100 * percent}},
		{usage.PercentOfQuota, perNamespace,
			figure{usage.Partial, 30 * percent, 30 * percent, 240 * percent},
			figure{usage.Partial, 30 * percent, 30 * percent, 160 * percent}},
	} {
		e := usage.New()
		e.Apply([]model.Change{
			{Node: &model.Node{Name: "n1", Allocatable: declared(16*cores, mi)}},
			{Quota: &model.Quota{Namespace: "shop", Name: "q", Hard: declared(10*cores, mi)}},
		})
		e.Apply(present(limited(newPod("shop", "a", "app"), 2, 4), limited(newPod("shop", "b", "app"), 2, 5), limited(newPod("shop", "c", "app"), 4, 0), idle))
		set(t, e, clusterThreshold, c.by, ofCPU(c.measure, usage.Sum))
		e.Tick(answerOf(at(15), one("shop", "a", at(10), 3)))
		mustRead(t, fmt.Sprint("the sum of measure ", c.measure), e, c.sum)
		set(t, e, clusterThreshold, c.by, ofCPU(c.measure, usage.MaximumPod))
		mustRead(t, fmt.Sprint("the largest pod by measure ", c.measure), e, c.pod)
		set(t, e, clusterThreshold, c.by, ofCPU(c.measure, usage.MaximumContainer))
		mustRead(t, fmt.Sprint("the largest container by measure ", c.measure), e, c.pod)
	}
}

// TestWithoutDenominator: nothing is declared, so that nothing can be compared; that
// is known, and marked by the denominator.
func TestWithoutDenominator(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	for _, m := range []usage.Measure{usage.PercentOfLimits, usage.PercentOfAllocatable, usage.PercentOfQuota} {
		set(t, e, clusterThreshold, everyPod, ofCPU(m, usage.Sum))
		e.Tick(answerOf(at(15), one("shop", "a", at(10), 3)))
		if x := theReading(t, e); x.Data != usage.Complete || x.Denominator != 0 || x.Value != 0 || x.Upper != 0 {
			t.Errorf("measure %d: %+v", m, x)
		}
	}
}

// TestCrashLoop: a container that does not run uses nothing of what it declares. That
// is known without a sample, so that an alert can end.
func TestCrashLoop(t *testing.T) {
	a := newPod("shop", "a", "app")
	e := usage.New()
	e.Apply(present(a))
	set(t, e, clusterThreshold, byPod, ofCPU(usage.PercentOfRequests, usage.Sum))
	e.Tick(answerOf(at(15), one("shop", "a", at(10), 3)))
	mustRead(t, "while it runs", e, figure{usage.Complete, 300 * percent, 300 * percent, 300 * percent})
	e.Apply(present(changed(a, func(p *model.Pod) { p.Started = []int64{0} })))
	e.Tick(answerOf(at(90.5)))
	mustRead(t, "while it does not", e, figure{})
	if x := theReading(t, e); x.Denominator != cores || !x.SampleTime.Equal(at(90)) {
		t.Errorf("of %d at %s", x.Denominator, x.SampleTime)
	}
	e.Apply(present(a))
	e.Tick(answerOf(at(105)))
	mustRead(t, "when it runs again", e, figure{data: usage.MissingData, upper: math.MaxInt64})
	if x := theReading(t, e); x.Denominator != cores || !x.SampleTime.IsZero() {
		t.Errorf("of %d at %s", x.Denominator, x.SampleTime)
	}
}

// TestExabytes: sums beyond 64 bits are compared, and told as far as they can be.
func TestExabytes(t *testing.T) {
	huge := func(name string) *model.Pod {
		return changed(newPod("shop", name, "app"), func(p *model.Pod) {
			p.Containers = []model.Container{{Name: "app", Resources: model.Resources{Requests: declared(math.MaxInt64, math.MaxInt64)}}}
		})
	}
	e := usage.New()
	e.Apply(present(huge("a"), huge("b"), huge("c")))
	s := answerOf(at(15), one("shop", "a", at(10), 1), one("shop", "b", at(10), 1), one("shop", "c", at(10), 1))
	for i := range s.Containers {
		s.Containers[i].Usage[model.CPU] = math.MaxInt64 / 2
	}
	set(t, e, clusterThreshold, everyPod, ofCPU(usage.PercentOfRequests, usage.Sum))
	e.Tick(s)
	half := int64(499_999_999)
	mustRead(t, "the ratio", e, figure{usage.Complete, half, half, half})
	if x := theReading(t, e); x.Usage != math.MaxInt64 || x.Denominator != math.MaxInt64 {
		t.Errorf("the usage is %d of %d", x.Usage, x.Denominator)
	}
	set(t, e, clusterThreshold, everyPod, ofCPU(usage.Usage, usage.Sum))
	mustRead(t, "the usage", e, figure{usage.Complete, math.MaxInt64, math.MaxInt64, math.MaxInt64})
}

// TestReadingsOfWhat: only thresholds have readings, one each without groups.
func TestReadingsOfWhat(t *testing.T) {
	e := usage.New()
	set(t, e, clusterReport, everyPod, many)
	set(t, e, clusterThreshold, everyPod, ofCPU(usage.Usage, usage.Sum))
	e.Tick(answerOf(at(15)))
	if _, _, ok := e.Readings(clusterReport); ok {
		t.Error("a report has readings")
	}
	if _, _, ok := e.Readings(namespacedReport("none")); ok {
		t.Error("what is not set has readings")
	}
	mustRead(t, "without pods", e, figure{})
	_, longest, _ := e.Readings(clusterThreshold)
	if longest != 150*time.Second {
		t.Errorf("before the resolution is known a gap is longer than %s", longest)
	}
	if v := view(t, e, clusterThreshold); v.RowCount != 0 {
		t.Errorf("the view of a threshold is %+v", v)
	}
}

// TestSubjects come and go with their pods, and stay sorted.
func TestSubjects(t *testing.T) {
	e := usage.New()
	set(t, e, clusterThreshold, byPod, ofCPU(usage.Usage, usage.Sum))
	mustHave := func(want ...string) {
		t.Helper()
		e.Sum(at(0))
		readings, _, _ := e.Readings(clusterThreshold)
		var got []string
		for _, x := range readings {
			got = append(got, x.Subject.Pod)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	mustHave()
	pods := map[string]*model.Pod{}
	for _, name := range []string{"d", "b", "a", "c"} {
		pods[name] = newPod("shop", name, "app")
	}
	e.Apply(present(pods["d"], pods["b"]))
	mustHave("b", "d")
	e.Apply(append(present(pods["a"], pods["c"]), gone(pods["b"])...))
	mustHave("a", "c", "d")
	e.Apply(gone(pods["a"]))
	e.Apply(present(pods["b"]))
	e.Apply(gone(pods["b"], pods["d"]))
	mustHave("c")
	e.Apply(gone(pods["c"]))
	mustHave()
}
