package alerter

import (
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/series"
)

// TestCensus: a subject counts once, with the severity that fires, or else that is
// pending.
func TestCensus(t *testing.T) {
	a := New(nil, nil, clock.RealClock{}, logr.Discard())
	t.Cleanup(a.queue.ShutDown)
	alert := func(phase, warning, critical threshold.Phase) *threshold.Alert {
		return &threshold.Alert{Phase: phase, Levels: [threshold.SeverityCount]threshold.Level{{Phase: warning}, {Phase: critical}}}
	}
	const ok, pending, firing = threshold.PhaseOK, threshold.PhasePending, threshold.PhaseFiring
	a.entries[usage.ID{Name: "one"}] = &entry{state: threshold.State{
		Counts: threshold.Counts{Total: 9, OK: 5, Pending: 1, Firing: 2, Unknown: 1},
		Alerts: []*threshold.Alert{
			alert(firing, firing, pending), alert(firing, firing, firing), alert(pending, pending, pending),
			alert(ok, ok, ok), alert(threshold.PhaseUnknown, pending, ok),
		},
	}}
	a.entries[usage.ID{Name: "two"}] = &entry{state: threshold.State{
		Counts: threshold.Counts{Total: 2, OK: 1, Pending: 1}, Alerts: []*threshold.Alert{alert(pending, pending, ok)},
	}}
	want := map[string]float64{
		"alert_subjects OK": 6, "alert_subjects Unknown": 1, "alert_subjects Warning Pending": 1, "alert_subjects Critical Pending": 1,
		"alert_subjects Warning Firing": 1, "alert_subjects Critical Firing": 1,
	}
	if diff := cmp.Diff(want, series.Of(t, a.Collectors())); diff != "" {
		t.Errorf("the metrics (-want +got):\n%s", diff)
	}
}
