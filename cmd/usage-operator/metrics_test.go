package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
)

// registry holds the metrics of an operator that has not begun yet.
func registry(t *testing.T) *prometheus.Registry {
	t.Helper()
	ctrl.SetLogger(logr.Discard())
	o, err := parseOptions([]string{"--health-probe-bind-address=0"})
	if err != nil {
		t.Fatal(err)
	}
	mgr, err := ctrl.NewManager(&rest.Config{Host: "http://127.0.0.1:1"}, managerOptions(o))
	if err != nil {
		t.Fatal(err)
	}
	s, err := newStages(mgr, clock.RealClock{}, o)
	if err != nil {
		t.Fatal(err)
	}
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(s.collectors()...)
	return r
}

// TestMetricsAreWellNamed by Prometheus' own rules.
func TestMetricsAreWellNamed(t *testing.T) {
	problems, err := testutil.GatherAndLint(registry(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestMetricsAreDocumented: docs/operations.md lists all of them, with their types and
// labels, and no other. What has no value before the first tick cannot be compared:
// that is the age of samples.
func TestMetricsAreDocumented(t *testing.T) {
	families, err := registry(t).Gather()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"usage_operator_sample_age_seconds": "gauge target seconds"}
	for _, family := range families {
		labels := map[string]bool{}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = true
			}
		}
		facts := append([]string{strings.ToLower(family.GetType().String())}, slices.Sorted(maps.Keys(labels))...)
		want[family.GetName()] = strings.Join(append(facts, unitOf(family.GetName())), " ")
	}
	if diff := cmp.Diff(want, documented(t)); diff != "" {
		t.Errorf("metrics (-served +documented):\n%s", diff)
	}
}

// unitOf is what a name says of the unit.
func unitOf(name string) string {
	for _, unit := range []string{"seconds", "bytes"} {
		if strings.HasSuffix(strings.TrimSuffix(name, "_total"), "_"+unit) {
			return unit
		}
	}
	return "number"
}

var row = regexp.MustCompile("(?m)^\\| `(usage_operator_[a-z_]+)` \\| (\\w+) \\|([^|]*)\\| (\\w+) \\| ")

// documented returns the type, the labels and the unit of each metric in the table.
func documented(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		labels := strings.Fields(strings.NewReplacer("`", "", ",", "").Replace(m[3]))
		slices.Sort(labels)
		found[m[1]] = strings.Join(slices.Concat([]string{m[2]}, labels, []string{m[4]}), " ")
	}
	return found
}
