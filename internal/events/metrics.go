package events

import "github.com/prometheus/client_golang/prometheus"

// The reasons of failures beside those of the API server.
const (
	namespaceGone        = "NamespaceGone"
	namespaceTerminating = "NamespaceTerminating"
	invalid              = "Invalid"
	nameTaken            = "NameTaken"
	expired              = "Expired"
	surplus              = "Surplus"
)

// metrics tell how Events are written.
type metrics struct {
	written  prometheus.Counter
	failures *prometheus.CounterVec
	retries  prometheus.Counter
	pending  prometheus.GaugeFunc
}

func newMetrics(pending func() int) metrics {
	return metrics{
		written: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "usage_operator_events_written_total",
			Help: "Events of thresholds that are stored.",
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "usage_operator_event_failures_total",
			Help: "Events of thresholds that were refused, by reason: NamespaceGone, NamespaceTerminating, Invalid, NameTaken, Expired and Surplus ones are given up, others are tried again.",
		}, []string{"reason"}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "usage_operator_event_retries_total",
			Help: "Requests for Events that were repeated, because the API server was busy or did not answer.",
		}),
		pending: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "usage_operator_events_pending",
			Help: "Events of thresholds that are owed and not stored yet.",
		}, func() float64 { return float64(pending()) }),
	}
}

// Collectors are the writer's own metrics.
func (w *Writer) Collectors() []prometheus.Collector {
	return []prometheus.Collector{w.metrics.written, w.metrics.failures, w.metrics.retries, w.metrics.pending}
}

func (m *metrics) failed(reason string) { m.failures.WithLabelValues(reason).Inc() }
