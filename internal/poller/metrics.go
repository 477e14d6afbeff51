package poller

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/telemetry"
)

// What is selected has a sample that is current, or none.
const (
	current = "Current"
	missing = "Missing"
)

var sample = telemetry.Label{Name: "sample", Values: []string{current, missing}}

// metrics tell how ticks go, and what they find.
type metrics struct {
	telemetry.Metrics
	ticks    prometheus.Histogram
	missed   prometheus.Counter
	reads    telemetry.Vector[prometheus.Observer]
	samples  telemetry.Vector[prometheus.Counter]
	failures telemetry.Vector[prometheus.Counter]
}

func newMetrics(p *Poller) *metrics {
	m := &metrics{}
	m.ticks = m.Histogram("tick_duration_seconds", "How long ticks took: to read the Metrics API, to sum, and to step all alerts.", telemetry.Seconds)
	m.missed = m.Counter("ticks_missed_total", "Ticks that were left out, because the one before took too long or the Metrics API wanted to be left alone.")
	m.reads = m.Histograms("read_duration_seconds", "How long the Metrics API took to answer, whether well or not, by what was read.",
		telemetry.Seconds, telemetry.Target)
	m.samples = m.Counters("samples_read_total", "Samples in the answers of the Metrics API, whether new or not.", telemetry.Target)
	m.failures = m.Counters("read_failures_total", "Reads of the Metrics API that failed, by reason.", telemetry.Target, failureReason())
	m.Number("leading", "1 where this replica leads, and so does the work; 0 where it stands by.", p.leading)
	m.Gauge("resolution_seconds", "Time between two samples of a pod, as observed; 0 before it is known.",
		func() float64 { return p.engine.Resolution().Seconds() })
	m.Gauges("sample_age_seconds", "Age of the newest sample that was read.", p.ages, telemetry.Target)
	m.Gauges("selected", "Running pods, and nodes, that any object selects, by whether they have a current sample.", p.coverage, telemetry.Target, sample)
	m.Number("window_memory_bytes", "Heap that all rows with windows take.", func() int {
		bytes, _ := p.engine.Windows()
		return bytes
	})
	m.Number("rows_without_statistics", "Rows that have no statistics over a window, because they or their windows are too many.", func() int {
		_, waiting := p.engine.Windows()
		return waiting
	})
	return m
}

// Collectors are the poller's own metrics.
func (p *Poller) Collectors() []prometheus.Collector { return p.metrics.Collectors() }

func failureReason() telemetry.Label {
	reason := telemetry.Label{Name: "reason"}
	for _, kind := range metricsapi.Kinds {
		reason.Values = append(reason.Values, string(kind))
	}
	return reason
}

// name is what a target is called in a label.
func name(target model.Target) string { return telemetry.Target.Values[target] }

func (m *metrics) ticked(took time.Duration, missed int64) {
	m.ticks.Observe(took.Seconds())
	m.missed.Add(float64(missed))
}

func (m *metrics) read(target model.Target, took time.Duration, samples int, err error) {
	m.reads.Of(name(target)).Observe(took.Seconds())
	if err == nil {
		m.samples.Of(name(target)).Add(float64(samples))
	}
}

func (m *metrics) failed(target model.Target, err error) {
	m.failures.Of(name(target), string(metricsapi.KindOf(err))).Inc()
}

func (p *Poller) leading() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started.IsZero() {
		return 0
	}
	return 1
}

// ages are those of the newest samples of what is read.
func (p *Poller) ages() (readings []telemetry.Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lists {
		if !l.newest.IsZero() {
			age := p.Clock.Since(l.newest).Seconds()
			readings = append(readings, telemetry.Reading{Value: age, Labels: []string{name(l.target)}})
		}
	}
	return readings
}

// coverage tells how many of what is selected have a sample.
func (p *Poller) coverage() (readings []telemetry.Reading) {
	for target := range model.TargetCount {
		c := p.engine.Coverage(target)
		readings = append(readings,
			telemetry.Reading{Value: float64(c.Observed), Labels: []string{name(target), current}},
			telemetry.Reading{Value: float64(c.Expected - c.Observed), Labels: []string{name(target), missing}})
	}
	return readings
}
