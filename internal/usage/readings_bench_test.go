//go:build unix

package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// alerts are thresholds of all kinds, by what they cost.
var alerts = []struct {
	name string
	need usage.Need
}{
	{"sum", usage.Need{Alert: &usage.Alert{Measure: usage.PercentOfRequests, Statistic: usage.Current}}},
	{"maximum-pod", usage.Need{Alert: &usage.Alert{Measure: usage.PercentOfRequests, Combine: usage.MaximumPod, Statistic: usage.Current}}},
	{"maximum-container", usage.Need{Alert: &usage.Alert{Measure: usage.PercentOfRequests, Combine: usage.MaximumContainer, Statistic: usage.Current}}},
	{"average", usage.Need{Window: 5 * time.Minute, Alert: &usage.Alert{Measure: usage.PercentOfRequests, Statistic: usage.Average}}},
	{"p95", usage.Need{Window: time.Hour, Alert: &usage.Alert{Measure: usage.PercentOfRequests, Statistic: usage.P95}}},
}

// BenchmarkReadings reads all subjects after a tick: 15 pods are in each.
func BenchmarkReadings(b *testing.B) {
	for _, subjects := range []int{2000, 10_000} {
		l := newLarge(subjects * podsPerWorkload)
		for _, alert := range alerts {
			b.Run(fmt.Sprintf("%s/subjects=%d", alert.name, subjects), func(b *testing.B) {
				e := l.engine(b, func(e *usage.Engine) {
					e.SetMaxSeries(subjects)
					set(b, e, clusterThreshold, grouped(v1alpha1.GroupByWorkload), alert.need)
				})
				b.ReportAllocs()
				var used time.Duration
				for b.Loop() {
					b.StopTimer()
					e.Tick(l.read())
					b.StartTimer()
					begin := processorTime(b)
					if readings, _, _ := e.Readings(clusterThreshold); len(readings) != subjects {
						b.Fatalf("%d readings", len(readings))
					}
					used += processorTime(b) - begin
				}
				b.ReportMetric(float64(used)/float64(b.N*subjects), "cpu-ns/subject")
			})
		}
	}
}

// BenchmarkThresholdAgainstReport reports the processor time of ticks with a threshold,
// and of its readings, as a multiple of those with a report of the same rows and of
// its view. Collecting what they leave behind is a part of both.
func BenchmarkThresholdAgainstReport(b *testing.B) {
	l := newLarge(30_000)
	for _, alert := range alerts {
		b.Run(alert.name, func(b *testing.B) {
			report, threshold := l.engine(b, func(e *usage.Engine) {
				set(b, e, clusterReport, grouped(v1alpha1.GroupByWorkload), usage.Need{Top: 20, Window: alert.need.Window, Statistics: []usage.Statistic{usage.P95}})
			}), l.engine(b, func(e *usage.Engine) {
				set(b, e, clusterThreshold, grouped(v1alpha1.GroupByWorkload), alert.need)
			})
			var ofReport, ofThreshold time.Duration
			for b.Loop() {
				begin := processorTime(b)
				report.Tick(l.read())
				view(b, report, clusterReport)
				middle := processorTime(b)
				threshold.Tick(l.read())
				threshold.Readings(clusterThreshold)
				ofReport, ofThreshold = ofReport+middle-begin, ofThreshold+processorTime(b)-middle
			}
			b.ReportMetric(float64(ofThreshold)/float64(ofReport), "×report")
		})
	}
}
