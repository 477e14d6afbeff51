package keeper

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
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

// metrics tell how the checkpoints are kept.
type metrics struct {
	failures *prometheus.CounterVec
	bytes    prometheus.Counter
	age      prometheus.GaugeFunc
	omitting prometheus.GaugeFunc
}

func newMetrics(oldest func() time.Duration, incomplete func() int) metrics {
	return metrics{
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "usage_operator_checkpoint_failures_total",
			Help: "Checkpoints that could not be read, used, written or deleted, by reason.",
		}, []string{"reason"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "usage_operator_checkpoint_written_bytes_total",
			Help: "Bytes of checkpoints that were written, before base64.",
		}),
		age: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "usage_operator_checkpoint_oldest_age_seconds",
			Help: "For how long the checkpoint that is most behind has been: what a kill would cost at most.",
		}, func() float64 { return oldest().Seconds() }),
		omitting: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "usage_operator_checkpoint_incomplete",
			Help: "Checkpoints that leave out rows or old accounts, because these do not fit.",
		}, func() float64 { return float64(incomplete()) }),
	}
}

// Collectors are the keeper's own metrics.
func (k *Keeper) Collectors() []prometheus.Collector {
	return []prometheus.Collector{k.metrics.failures, k.metrics.bytes, k.metrics.age, k.metrics.omitting}
}

func (m *metrics) failed(reason string) { m.failures.WithLabelValues(reason).Inc() }

func (m *metrics) wrote(bytes int) { m.bytes.Add(float64(bytes)) }
