package telemetry

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

var (
	colour = Label{"colour", []string{"Red", "Blue"}}
	size   = Label{"size", []string{"Small", "Large"}}
)

// mustRead compares what a registry tells.
func mustRead(t *testing.T, m *Metrics, want string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m.Collectors()...)
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

// TestSeriesFromTheStart: all of them are there before anything happens.
func TestSeriesFromTheStart(t *testing.T) {
	var m Metrics
	m.Counter("falls_total", "Falls.")
	m.Counters("balls_total", "Balls.", colour, size)
	m.Histograms("throw_seconds", "Throws.", []float64{1}, colour)
	m.Number("players", "Players.", func() int { return 3 })
	mustRead(t, &m, `
# HELP usage_operator_balls_total Balls.
# TYPE usage_operator_balls_total counter
usage_operator_balls_total{colour="Blue",size="Large"} 0
usage_operator_balls_total{colour="Blue",size="Small"} 0
usage_operator_balls_total{colour="Red",size="Large"} 0
usage_operator_balls_total{colour="Red",size="Small"} 0
# HELP usage_operator_falls_total Falls.
# TYPE usage_operator_falls_total counter
usage_operator_falls_total 0
# HELP usage_operator_players Players.
# TYPE usage_operator_players gauge
usage_operator_players 3
# HELP usage_operator_throw_seconds Throws.
# TYPE usage_operator_throw_seconds histogram
usage_operator_throw_seconds_bucket{colour="Blue",le="1"} 0
usage_operator_throw_seconds_bucket{colour="Blue",le="+Inf"} 0
usage_operator_throw_seconds_sum{colour="Blue"} 0
usage_operator_throw_seconds_count{colour="Blue"} 0
usage_operator_throw_seconds_bucket{colour="Red",le="1"} 0
usage_operator_throw_seconds_bucket{colour="Red",le="+Inf"} 0
usage_operator_throw_seconds_sum{colour="Red"} 0
usage_operator_throw_seconds_count{colour="Red"} 0
`)
}

// TestBounds: however many values come, all that a label does not have are one.
func TestBounds(t *testing.T) {
	var m Metrics
	balls := m.Counters("balls_total", "Balls.", colour)
	for _, c := range []string{"Red", "Green", "Yellow", "", "Red"} {
		balls.Of(c).Inc()
	}
	m.Gauges("weight_grams", "Weight.", func() []Reading { return []Reading{{7, []string{"Pink"}}} }, colour)
	mustRead(t, &m, `
# HELP usage_operator_balls_total Balls.
# TYPE usage_operator_balls_total counter
usage_operator_balls_total{colour="Blue"} 0
usage_operator_balls_total{colour="Other"} 3
usage_operator_balls_total{colour="Red"} 2
# HELP usage_operator_weight_grams Weight.
# TYPE usage_operator_weight_grams gauge
usage_operator_weight_grams{colour="Other"} 7
`)
}
