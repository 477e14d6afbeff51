// Package telemetry makes the metrics of the operator itself. All have one prefix, and
// labels whose values are known beforehand: every series is there from the start, so
// that a rate misses no first event, and nothing that anybody else has written can
// become a series.
//
// What happens is counted where it happens. How things stand is asked for when
// somebody reads the metrics, so that it costs a tick nothing.
package telemetry

import "github.com/prometheus/client_golang/prometheus"

// prefix begins the name of each metric.
const prefix = "usage_operator_"

// Seconds are the buckets of what a tick does.
var Seconds = []float64{0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60}

// Metrics are those of one part of the operator. The zero value has none yet.
type Metrics struct{ collectors []prometheus.Collector }

// Collectors are what a registry takes.
func (m *Metrics) Collectors() []prometheus.Collector { return m.collectors }

// Counter adds a count of what has happened.
func (m *Metrics) Counter(name, help string) prometheus.Counter {
	return added(m, prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help}))
}

// Counters adds a count for each combination of the labels' values.
func (m *Metrics) Counters(name, help string, labels ...Label) Vector[prometheus.Counter] {
	vec := added(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, namesOf(labels)))
	return newVector(labels, vec.WithLabelValues)
}

// Histogram adds the distribution of a measure.
func (m *Metrics) Histogram(name, help string, buckets []float64) prometheus.Histogram {
	return added(m, prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets}))
}

// Histograms adds a distribution for each combination of the labels' values.
func (m *Metrics) Histograms(name, help string, buckets []float64, labels ...Label) Vector[prometheus.Observer] {
	vec := added(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets}, namesOf(labels)))
	return newVector(labels, vec.WithLabelValues)
}

// Gauge adds a measure as it is when it is read.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	added(m, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help}, read))
}

// Number adds how many there are when it is read.
func (m *Metrics) Number(name, help string, count func() int) {
	m.Gauge(name, help, func() float64 { return float64(count()) })
}

// Gauges adds measures as they are when they are read. What read leaves out has none
// at that time.
func (m *Metrics) Gauges(name, help string, read func() []Reading, labels ...Label) {
	desc := prometheus.NewDesc(prefix+name, help, namesOf(labels), nil)
	added(m, prometheus.Collector(&gauges{desc: desc, labels: labels, read: read}))
}

// added adds a collector to metrics.
func added[C prometheus.Collector](m *Metrics, c C) C {
	m.collectors = append(m.collectors, c)
	return c
}
