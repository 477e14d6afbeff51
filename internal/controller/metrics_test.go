package controller

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/series"
)

// TestStates: an object counts once, as its conditions say.
func TestStates(t *testing.T) {
	m := NewMetrics()
	conditions := func(p standing.Phase) []v1alpha1.Condition {
		s := standing.NewSet(now, 1, nil)
		s.Stand(p)
		return s.Conditions
	}
	one, two := usage.ID{Kind: "UsageReport", Namespace: "shop", Name: "one"}, usage.ID{Kind: "ResourceThreshold", Namespace: "shop", Name: "two"}
	m.stands(one, nil)
	m.stands(two, conditions(standing.Invalid(errors.New("no"))))
	mustStand(t, m, map[string]float64{"objects UsageReport Reconciling": 1, "objects ResourceThreshold Stalled": 1})
	m.stands(one, conditions(standing.Settled(v1alpha1.ReasonReported, "")))
	m.stands(two, conditions(standing.WaitForSync()))
	mustStand(t, m, map[string]float64{"objects UsageReport Ready": 1, "objects ResourceThreshold Reconciling": 1})
	m.forget(one)
	m.forget(two)
	mustStand(t, m, map[string]float64{})
}

func mustStand(t *testing.T, m *Metrics, want map[string]float64) {
	t.Helper()
	if diff := cmp.Diff(want, series.Of(t, m.Collectors())); diff != "" {
		t.Errorf("the metrics (-want +got):\n%s", diff)
	}
}

func TestResultsOfWrites(t *testing.T) {
	m := NewMetrics()
	id, of := usage.ID{Kind: "UsageReport"}, schema.GroupResource{}
	for _, err := range []error{nil, nil, apierrors.NewConflict(of, "one", nil), apierrors.NewNotFound(of, "one"), apierrors.NewInternalError(errors.New("no"))} {
		m.wrote(id, err)
	}
	mustStand(t, m, map[string]float64{
		"status_writes_total UsageReport Written": 2, "status_writes_total UsageReport Conflict": 1,
		"status_writes_total UsageReport Gone": 1, "status_writes_total UsageReport Failed": 1,
	})
}

// TestMetricsOfObjects follows a report from its first status to its end.
func TestMetricsOfObjects(t *testing.T) {
	f := reconciling(t)
	id := f.create("UsageReport", "watched", 250, nil)
	f.ready(id, v1alpha1.ReasonReported)
	f.eventually("the report and its status are counted", func() bool {
		got := series.Of(t, f.metrics.Collectors())
		return got["objects UsageReport Ready"] == 1 && got["status_writes_total UsageReport Written"] == 1
	})
	if err := f.server.Delete(t.Context(), f.get(id)); err != nil {
		t.Fatal(err)
	}
	f.eventually("the report is forgotten", func() bool { return series.Of(t, f.metrics.Collectors())["objects UsageReport Ready"] == 0 })
}
