package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/test/operator"
)

// TestQuick: everything can be measured. The race has a test of its own, which
// starts a cluster.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test runs benchmarks")
	}
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := choose(measurements, options{skip: "race"})
	if err != nil {
		t.Fatal(err)
	}
	r := runner{root: root, quick: true, assets: os.Getenv("KUBEBUILDER_ASSETS"), out: t.Output()}
	sections, failures := measureAll(t.Context(), wanted, r)
	if failures != nil {
		t.Error(failures)
	}
	if len(sections) != len(measurements)-1 {
		t.Errorf("%d of %d measurements ran", len(sections), len(measurements)-1)
	}
}

// TestMachine: every fact is found on Linux.
func TestMachine(t *testing.T) {
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	facts, err := machine(t.Context(), root, time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	text := render(facts, nil)
	for _, want := range []string{"- Commit: ", "- Date: 2026-03-01\n", "- Go: 1.", "k8s.io/client-go v0.", "k8s.io/kubernetes v1."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
