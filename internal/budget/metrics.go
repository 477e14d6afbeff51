package budget

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/internal/telemetry"
)

// The priorities of writes.
const (
	news    = "News"
	refresh = "Refresh"
)

var priority = telemetry.Label{Name: "priority", Values: []string{news, refresh}}

// patient are the buckets of waits, from what nobody notices to an hour.
var patient = []float64{0.1, 1, 5, 15, 60, 300, 900, 3600}

// metrics tell how the budget is used.
type metrics struct {
	telemetry.Metrics
	bytes, stretched telemetry.Vector[prometheus.Counter]
	wait             telemetry.Vector[prometheus.Observer]
}

func newMetrics(waiting func() int) *metrics {
	m := &metrics{}
	m.bytes = m.Counters("status_written_bytes_total", "Bytes sent to write statuses, by the kind of the object.", telemetry.Kind)
	m.stretched = m.Counters("status_intervals_stretched_total",
		"Writes of statuses that waited for their turn as long as the object's interval, or longer, by the kind of the object.", telemetry.Kind)
	m.wait = m.Histograms("status_wait_seconds", "How long writes of statuses waited for their turn, by priority: News or Refresh.", patient, priority)
	m.Number("status_waiting_writes", "Writes of statuses that wait for their turn.", waiting)
	return m
}

// Collectors are the budget's own metrics.
func (b *Budget) Collectors() []prometheus.Collector { return b.metrics.Collectors() }

func (m *metrics) granted(w Write, waited time.Duration) {
	m.bytes.Of(w.ID.Kind).Add(float64(w.Bytes))
	if w.Urgent {
		m.wait.Of(news).Observe(waited.Seconds())
	} else {
		m.wait.Of(refresh).Observe(waited.Seconds())
	}
	if waited >= w.Interval {
		m.stretched.Of(w.ID.Kind).Inc()
	}
}
