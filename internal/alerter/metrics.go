package alerter

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/telemetry"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// The labels of subjects. Those that are OK or Unknown have no severity.
var (
	state = telemetry.Label{Name: "state", Values: []string{
		string(v1alpha1.StateOK), string(v1alpha1.StatePending), string(v1alpha1.StateUnknown), string(v1alpha1.StateFiring),
	}}
	severity = telemetry.Label{Name: "severity", Values: []string{"", string(v1alpha1.SeverityWarning), string(v1alpha1.SeverityCritical)}}
)

// metrics tell how the alerts stand.
type metrics struct {
	telemetry.Metrics
	unreadable prometheus.Counter
}

func newMetrics(a *Alerter) *metrics {
	m := &metrics{}
	m.unreadable = m.Counter("alert_states_unreadable_total", "Stored states of thresholds that could not be decoded, so that their alerts began anew.")
	m.Gauges("alert_subjects", "Subjects of all thresholds, by their state, and the severity that fires or is pending.", a.census, state, severity)
	return m
}

// Collectors are the alerter's own metrics.
func (a *Alerter) Collectors() []prometheus.Collector { return a.metrics.Collectors() }

// census counts the subjects.
func (a *Alerter) census() (readings []telemetry.Reading) {
	var ok, unknown int
	var open [threshold.PhaseFiring + 1][threshold.SeverityCount + 1]int
	for _, s := range a.states() {
		ok += s.Counts.OK
		unknown += s.Counts.Unknown
		for _, alert := range s.Alerts {
			open[alert.Phase][alert.Worst()]++
		}
	}
	add := func(n int, labels ...string) {
		readings = append(readings, telemetry.Reading{Value: float64(n), Labels: labels})
	}
	add(ok, string(v1alpha1.StateOK), "")
	add(unknown, string(v1alpha1.StateUnknown), "")
	for _, phase := range []threshold.Phase{threshold.PhasePending, threshold.PhaseFiring} {
		for _, s := range []threshold.Severity{threshold.Warning, threshold.Critical} {
			add(open[phase][s], phase.String(), severity.Values[s])
		}
	}
	return readings
}

// states are those of all thresholds. They never change.
func (a *Alerter) states() []threshold.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	states := make([]threshold.State, 0, len(a.entries))
	for _, e := range a.entries {
		states = append(states, e.state)
	}
	return states
}
