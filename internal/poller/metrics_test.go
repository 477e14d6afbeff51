package poller

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/test/series"
)

// since returns what has been added to metrics, and those that are gauges.
func (f *fixture) since(before map[string]float64) map[string]float64 {
	f.t.Helper()
	now := series.Of(f.t, f.Collectors())
	for name, value := range before {
		now[name] -= value
	}
	maps.DeleteFunc(now, func(_ string, value float64) bool { return value == 0 })
	return now
}

func TestMetricsOfTicks(t *testing.T) {
	running(t, func(f *fixture) {
		f.addNode("n1")
		f.serveNodes("nodes", 24*time.Hour)
		f.addPod("shop", "unsampled")
		f.unsampled["unsampled"] = true
		inStep(f)
		before := series.Of(f.t, f.Collectors())
		want := map[string]float64{
			"leading": 1, "resolution_seconds": 15, "selected Current Pods": 1, "selected Missing Pods": 1, "selected Current Nodes": 1,
		}
		for name, value := range want {
			if before[name] != value {
				t.Errorf("%s is %v, want %v", name, before[name], value)
			}
		}
		if age := before["sample_age_seconds Pods"]; age <= 0 || age > 15 {
			t.Errorf("the newest sample is %vs old", age)
		}

		f.takes = 2 * time.Second // for a read of pods
		f.pass(scrapes)
		want = map[string]float64{
			"tick_duration_seconds_count": 1, "tick_duration_seconds_sum": 2,
			"read_duration_seconds_count Pods": 1, "read_duration_seconds_sum Pods": 2, "read_duration_seconds_count Nodes": 1,
			"samples_read_total Pods": 1, "samples_read_total Nodes": 1,
		}
		got := f.since(before)
		delete(got, "sample_age_seconds Pods")
		delete(got, "sample_age_seconds Nodes")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("a tick adds (-want +got):\n%s", diff)
		}
	})
}

// TestMetricsOfFailures: the age goes on, the ticks are counted as before.
func TestMetricsOfFailures(t *testing.T) {
	running(t, func(f *fixture) {
		inStep(f)
		before := series.Of(f.t, f.Collectors())
		f.err = &metricsapi.Error{Kind: metricsapi.Throttled, RetryAfter: 2 * scrapes}
		f.pass(6 * scrapes)
		got := f.since(before)
		if got["read_failures_total Throttled Pods"] < 2 || got["ticks_missed_total"] < 2 || got["samples_read_total Pods"] != 0 {
			t.Errorf("failures add %v", got)
		}
		if age := got["sample_age_seconds Pods"]; age != (6 * scrapes).Seconds() {
			t.Errorf("after %v the newest sample is %vs older", 6*scrapes, age)
		}
	})
}

// TestMetricsAtRest: what is not read has no age.
func TestMetricsAtRest(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		id := f.serve("shop", "report", minute)
		f.pass(scrapes)
		if series.Of(f.t, f.Collectors())["sample_age_seconds Pods"] == 0 {
			t.Error("there is no age")
		}
		f.Drop(id)
		f.pass(scrapes)
		if got := series.Of(f.t, f.Collectors()); got["sample_age_seconds Pods"] != 0 || got["selected Current Pods"] != 0 {
			t.Errorf("at rest the metrics are %v", got)
		}
	})
}
