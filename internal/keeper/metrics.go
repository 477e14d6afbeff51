package keeper

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/telemetry"
)

// The reasons of failures beside those of package checkpoint.
const (
	readFailed   = "ReadFailed"
	writeFailed  = "WriteFailed"
	deleteFailed = "DeleteFailed"
	sweepFailed  = "SweepFailed"
	conflict     = "Conflict"
	tooLarge     = "TooLarge"
)

var failureReason = telemetry.Label{Name: "reason", Values: []string{
	readFailed, writeFailed, deleteFailed, sweepFailed, conflict, tooLarge,
	string(checkpoint.Corrupt), string(checkpoint.ForeignVersion), string(checkpoint.ForeignOwner),
}}

// metrics tell how the checkpoints are kept.
type metrics struct {
	telemetry.Metrics
	failures telemetry.Vector[prometheus.Counter]
	bytes    prometheus.Counter
}

func newMetrics(k *Keeper) *metrics {
	m := &metrics{}
	m.failures = m.Counters("checkpoint_failures_total", "Checkpoints that could not be read, used, written or deleted, by reason.", failureReason)
	m.bytes = m.Counter("checkpoint_written_bytes_total", "Bytes of checkpoints that were written, before base64.")
	m.Gauge("checkpoint_oldest_age_seconds", "For how long the checkpoint that is most behind has been: what a kill would cost at most.",
		func() float64 { return k.oldest().Seconds() })
	m.Number("checkpoints_incomplete", "Checkpoints that leave out rows or old accounts, because these do not fit.", k.incomplete)
	return m
}

// Collectors are the keeper's own metrics.
func (k *Keeper) Collectors() []prometheus.Collector { return k.metrics.Collectors() }

func (m *metrics) failed(reason string) { m.failures.Of(reason).Inc() }

func (m *metrics) wrote(bytes int) { m.bytes.Add(float64(bytes)) }
