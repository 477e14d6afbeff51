package budget

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics tell how the budget is used.
type metrics struct {
	bytes, stretched *prometheus.CounterVec
	wait             *prometheus.HistogramVec
	waiting          prometheus.GaugeFunc
}

func newMetrics(waiting func() int) metrics {
	return metrics{
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "usage_operator_status_written_bytes_total",
			Help: "Bytes sent to write statuses, by the kind of the object.",
		}, []string{"kind"}),
		stretched: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "usage_operator_status_intervals_stretched_total",
			Help: "Writes of statuses that waited for their turn as long as the object's interval, or longer, by the kind of the object.",
		}, []string{"kind"}),
		wait: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "usage_operator_status_wait_seconds",
			Help: "How long writes of statuses waited for their turn, by priority: News or Refresh.",
			// From what nobody notices to an hour.
			Buckets: []float64{0.1, 1, 5, 15, 60, 300, 900, 3600},
		}, []string{"priority"}),
		waiting: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "usage_operator_status_waiting_writes",
			Help: "Writes of statuses that wait for their turn.",
		}, func() float64 { return float64(waiting()) }),
	}
}

// Collectors are the budget's own metrics.
func (b *Budget) Collectors() []prometheus.Collector {
	return []prometheus.Collector{b.metrics.bytes, b.metrics.stretched, b.metrics.wait, b.metrics.waiting}
}

func (m *metrics) granted(w Write, waited time.Duration) {
	m.bytes.WithLabelValues(w.ID.Kind).Add(float64(w.Bytes))
	priority := "Refresh"
	if w.Urgent {
		priority = "News"
	}
	m.wait.WithLabelValues(priority).Observe(waited.Seconds())
	if waited >= w.Interval {
		m.stretched.WithLabelValues(w.ID.Kind).Inc()
	}
}
