package events

import (
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/telemetry"
)

// The reasons of failures beside those of the API server.
const (
	namespaceGone        = "NamespaceGone"
	namespaceTerminating = "NamespaceTerminating"
	invalid              = "Invalid"
	nameTaken            = "NameTaken"
	expired              = "Expired"
)

// failureReason bounds the reasons: an admission webhook may answer with any.
var failureReason = telemetry.Label{Name: "reason", Values: []string{
	namespaceGone, namespaceTerminating, invalid, nameTaken, expired,
	string(metav1.StatusReasonForbidden), string(metav1.StatusReasonUnauthorized), string(metav1.StatusReasonNotFound),
}}

// metrics tell how Events are written.
type metrics struct {
	telemetry.Metrics
	written, retries prometheus.Counter
	failures         telemetry.Vector[prometheus.Counter]
}

func newMetrics(pending func() int) *metrics {
	m := &metrics{}
	m.written = m.Counter("events_written_total", "Events of thresholds that are stored.")
	m.failures = m.Counters("event_failures_total", "Events of thresholds that were refused, by reason: "+
		"NamespaceGone, NamespaceTerminating, Invalid, NameTaken and Expired ones are given up, others are tried again.", failureReason)
	m.retries = m.Counter("event_retries_total", "Requests for Events that were repeated, because the API server was busy or did not answer.")
	m.Number("events_pending", "Events of thresholds that are owed and not stored yet.", pending)
	return m
}

// Collectors are the writer's own metrics.
func (w *Writer) Collectors() []prometheus.Collector { return w.metrics.Collectors() }

func (m *metrics) failed(reason string) { m.failures.Of(reason).Inc() }
