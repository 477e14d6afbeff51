package alerts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestOutage takes the Metrics API away while a pod fires. Nothing is taken for a
// recovery, and nothing is told.
func TestOutage(t *testing.T) {
	f := newFixture(t, "outage", 2)
	f.Operator(t, "operator")
	x := f.threshold(t, "memory", v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%"})
	f.awaitState(t, x, v1alpha1.StateOK, "")
	f.Metrics.Use(f.pods[0], "100m", "900Mi")
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning")

	f.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/apis/metrics.k8s.io") {
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	f.await(t, x, "data is missing, and the states stay", func(s *v1alpha1.ThresholdStatus) bool {
		c := s.SubjectCounts
		return len(s.Alerts) == 2 && s.Alerts[0].State == v1alpha1.StateFiring && s.Alerts[0].Data == v1alpha1.DataMissing &&
			s.Alerts[1].State == v1alpha1.StateUnknown && c.Firing == 1 && c.Unknown == 1
	})
	f.Proxy.Inject(nil)
	f.await(t, x, "data is complete again", func(s *v1alpha1.ThresholdStatus) bool {
		return len(s.Alerts) == 1 && s.Alerts[0].State == v1alpha1.StateFiring && s.Alerts[0].Data == v1alpha1.DataComplete
	})
	f.use("512Mi")
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning", "Cleared Warning")
	if got := f.events(t, x)["Pod/web-1"]; len(got) > 0 {
		t.Errorf("the other pod has the events %q", got)
	}
}

// TestGone closes alerts whose pod, or whose threshold, is deleted; the threshold
// also while the operator is down.
func TestGone(t *testing.T) {
	f := newFixture(t, "gone", 2)
	o := f.Operator(t, "operator")
	warning := v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%"}
	x := f.threshold(t, "first", warning)
	f.use("900Mi")
	for _, pod := range f.pods {
		f.awaitEvents(t, x, "Pod/"+pod.Name, "Exceeded Warning")
	}
	f.Delete(t, f.pods[0])
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning", "Cleared Warning")
	if err := f.API.Delete(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	f.awaitEvents(t, x, "Pod/web-1", "Exceeded Warning", "Cleared Warning")
	f.awaitEvents(t, x, "ResourceThreshold/first", "Exceeded Warning", "Cleared Warning")

	x = f.threshold(t, "second", warning)
	f.awaitEvents(t, x, "Pod/web-1", "Exceeded Warning")
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := f.API.Delete(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if err := o.Again(); err != nil {
		t.Fatal(err)
	}
	f.awaitEvents(t, x, "Pod/web-1", "Exceeded Warning", "Cleared Warning")
	f.awaitEvents(t, x, "ResourceThreshold/second", "Exceeded Warning", "Cleared Warning")
}

// TestSuspended freezes an alert that fires, also over a restart, and goes on with
// it. One that is deleted while it rests is closed.
func TestSuspended(t *testing.T) {
	f := newFixture(t, "suspended", 1)
	o := f.Operator(t, "operator")
	x := f.threshold(t, "memory", v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%"})
	f.use("900Mi")
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning")
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityWarning)
	f.suspend(t, x, true)
	f.use("512Mi")
	if err := o.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := o.Again(); err != nil {
		t.Fatal(err)
	}
	f.await(t, x, "suspended", isReadyWith(v1alpha1.ReasonSuspended))
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityWarning)
	f.suspend(t, x, false)
	f.awaitState(t, x, v1alpha1.StateOK, "")
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning", "Cleared Warning")

	f.use("900Mi")
	told := []string{"Exceeded Warning", "Cleared Warning", "Exceeded Warning"}
	f.awaitEvents(t, x, "Pod/web-0", told...)
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityWarning)
	f.suspend(t, x, true)
	if err := f.API.Delete(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	f.awaitEvents(t, x, "Pod/web-0", append(told, "Cleared Warning")...)
}
