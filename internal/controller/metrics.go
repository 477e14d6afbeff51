package controller

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/telemetry"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// The results of writes of statuses.
const (
	resultWritten  = "Written"
	resultConflict = "Conflict"
	resultGone     = "Gone"
	resultFailed   = "Failed"
)

// The states of objects: as kstatus has them.
const (
	stateReady       = "Ready"
	stateReconciling = "Reconciling"
	stateStalled     = "Stalled"
)

var (
	result = telemetry.Label{Name: "result", Values: []string{resultWritten, resultConflict, resultGone, resultFailed}}
	state  = telemetry.Label{Name: "state", Values: []string{stateReady, stateReconciling, stateStalled}}
)

// Metrics tell how objects stand, and what becomes of their statuses. All reconcilers
// share them.
type Metrics struct {
	telemetry.Metrics
	writes telemetry.Vector[prometheus.Counter]

	mu sync.Mutex
	// states are those of all objects that were reconciled.
	states map[usage.ID]string
}

// NewMetrics returns metrics without objects.
func NewMetrics() *Metrics {
	m := &Metrics{states: map[usage.ID]string{}}
	m.writes = m.Counters("status_writes_total", "Requests to write statuses, by result: "+
		"Written, Conflict (the object had changed), Gone or Failed.", telemetry.Kind, result)
	m.Gauges("objects", "Reports and thresholds, by state: Ready, Reconciling (something is awaited) or Stalled (the spec cannot be served).",
		m.census, telemetry.Kind, state)
	return m
}

func (m *Metrics) wrote(id usage.ID, err error) {
	became := resultFailed
	switch {
	case err == nil:
		became = resultWritten
	case apierrors.IsConflict(err):
		became = resultConflict
	case apierrors.IsNotFound(err):
		became = resultGone
	}
	m.writes.Of(id.Kind, became).Inc()
}

// stands takes note of the conditions of an object.
func (m *Metrics) stands(id usage.ID, conditions []v1alpha1.Condition) {
	stands := stateReconciling
	for _, c := range conditions {
		switch {
		case c.Status != metav1.ConditionTrue:
		case c.Type == v1alpha1.ConditionReady:
			stands = stateReady
		case c.Type == v1alpha1.ConditionStalled:
			stands = stateStalled
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states[id] = stands
}

func (m *Metrics) forget(id usage.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.states, id)
}

// census counts the objects.
func (m *Metrics) census() (readings []telemetry.Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[[2]string]int{}
	for id, stands := range m.states {
		counts[[2]string{id.Kind, stands}]++
	}
	for _, kind := range telemetry.Kind.Values {
		for _, stands := range state.Values {
			n := float64(counts[[2]string{kind, stands}])
			readings = append(readings, telemetry.Reading{Value: n, Labels: []string{kind, stands}})
		}
	}
	return readings
}
