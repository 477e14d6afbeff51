// Package series reads metrics as a test wants them.
package series

import (
	"maps"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// Of returns the values that are not 0, by the names of their metrics without the
// operator's prefix, with the values of their labels behind: "event_failures_total
// Invalid". Of a distribution it returns how many there were, "…_count", and their
// sum, "…_sum".
func Of(t testing.TB, collectors []prometheus.Collector) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collectors...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		name := strings.TrimPrefix(family.GetName(), "usage_operator_")
		for _, m := range family.GetMetric() {
			labels := ""
			for _, l := range m.GetLabel() {
				if l.GetValue() != "" {
					labels += " " + l.GetValue()
				}
			}
			values[name+labels] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			values[name+"_count"+labels] = float64(m.GetHistogram().GetSampleCount())
			values[name+"_sum"+labels] = m.GetHistogram().GetSampleSum()
		}
	}
	maps.DeleteFunc(values, func(_ string, value float64) bool { return value == 0 })
	return values
}
