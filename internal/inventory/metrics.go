package inventory

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/internal/telemetry"
)

// The results of reads of owners.
const (
	resultRead      = "Read"
	resultForbidden = "Forbidden"
	resultNotFound  = "NotFound"
	resultFailed    = "Failed"
)

var result = telemetry.Label{Name: "result", Values: []string{resultRead, resultForbidden, resultNotFound, resultFailed}}

// metrics tell what is read of owners.
type metrics struct {
	telemetry.Metrics
	reads telemetry.Vector[prometheus.Counter]
}

func newMetrics() *metrics {
	m := &metrics{}
	m.reads = m.Counters("owner_reads_total", "Reads of owners whose kinds are not watched, by result: "+
		"Read, Forbidden, NotFound (it is gone, or another object has its name) or Failed.", result)
	return m
}

// Collectors are the inventory's own metrics.
func (inv *Inventory) Collectors() []prometheus.Collector { return inv.reader.metrics.Collectors() }
