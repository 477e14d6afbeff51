package alerts

import (
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// twoLevels are a warning that clears below its threshold, and a critical one.
var twoLevels = []v1alpha1.ThresholdLevel{
	{Severity: v1alpha1.SeverityWarning, Above: "80%", Clear: "70%", For: "2s"},
	{Severity: v1alpha1.SeverityCritical, Above: "95%"},
}

// TestCrossing drives a pod over both levels and back, and expects just these states
// and Events.
func TestCrossing(t *testing.T) {
	f := newFixture(t, "crossing", 1)
	f.Operator(t, "operator")
	x := f.threshold(t, "memory", twoLevels...)
	f.awaitState(t, x, v1alpha1.StateOK, "")

	f.use("900Mi") // 87%
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityWarning)
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning")
	f.use("1000Mi") // 97%
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityCritical)
	f.awaitEvents(t, x, "Pod/web-0", "Exceeded Warning", "Exceeded Critical")
	f.use("900Mi")
	f.awaitState(t, x, v1alpha1.StateFiring, v1alpha1.SeverityWarning)
	f.use("768Mi") // 75%: neither above 80% nor below 70%
	f.await(t, x, "a value between clear and threshold", func(s *v1alpha1.ThresholdStatus) bool {
		return s.State == v1alpha1.StateFiring && len(s.Alerts) == 1 && s.Alerts[0].Value == "75%"
	})
	f.use("512Mi")
	f.awaitState(t, x, v1alpha1.StateOK, "")
	want := []string{"Exceeded Warning", "Exceeded Critical", "Cleared Critical", "Cleared Warning"}
	f.awaitEvents(t, x, "Pod/web-0", want...)
	f.awaitEvents(t, x, "ResourceThreshold/memory", want...)
}
