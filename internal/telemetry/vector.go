package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Vector is a metric with labels.
type Vector[M any] struct {
	labels []Label
	with   func(values ...string) M
}

// newVector makes all series of a metric.
func newVector[M any](labels []Label, with func(values ...string) M) Vector[M] {
	for _, values := range combinations(labels) {
		with(values...)
	}
	return Vector[M]{labels, with}
}

// Of is the metric of these values, one for each label. What a label does not have
// counts as Other.
func (v *Vector[M]) Of(values ...string) M { return v.with(boundAll(v.labels, values)...) }

// Reading is the value of a gauge that has labels.
type Reading struct {
	Value float64
	// Labels are the values of the labels, in their order.
	Labels []string
}

// gauges are read when somebody wants to know.
type gauges struct {
	desc   *prometheus.Desc
	labels []Label
	read   func() []Reading
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect implements prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	for _, r := range g.read() {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, r.Value, boundAll(g.labels, r.Labels)...)
	}
}
