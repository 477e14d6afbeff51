package alerter

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

// metrics tell how the alerts stand.
type metrics struct {
	unreadable prometheus.Counter
	census     *census
}

func newMetrics(count func() [phaseCount]int) metrics {
	return metrics{
		unreadable: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "usage_operator_alert_states_unreadable_total",
			Help: "Stored states of thresholds that could not be decoded, so that their alerts began anew.",
		}),
		census: &census{count: count, desc: prometheus.NewDesc("usage_operator_alert_subjects",
			"Subjects of all thresholds, by their state.", []string{"state"}, nil)},
	}
}

// Collectors are the alerter's own metrics.
func (a *Alerter) Collectors() []prometheus.Collector {
	return []prometheus.Collector{a.metrics.unreadable, a.metrics.census}
}

const phaseCount = int(threshold.PhaseFiring) + 1

// census counts the subjects when it is asked.
type census struct {
	count func() [phaseCount]int
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *census) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements prometheus.Collector.
func (c *census) Collect(to chan<- prometheus.Metric) {
	for phase, n := range c.count() {
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), threshold.Phase(phase).String())
	}
}

func (a *Alerter) census() (n [phaseCount]int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.entries {
		c := &e.state.Counts
		n[threshold.PhaseOK] += c.OK
		n[threshold.PhasePending] += c.Pending
		n[threshold.PhaseUnknown] += c.Unknown
		n[threshold.PhaseFiring] += c.Firing
	}
	return n
}
