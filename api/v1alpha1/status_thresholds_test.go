package v1alpha1_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// refusedAlerts are statuses of thresholds that would stop or slow the decoding
// of the whole kind.
var refusedAlerts = []refusal{
	{name: "a value that takes a second", spec: oneAlert(`value: "1e-10000000"`), want: []string{"status.alerts[0].value", "should match"}},
	{name: "a value that is too long", spec: oneAlert(`value: "` + strings.Repeat("1", 5000) + `"`), want: []string{"status.alerts[0].value", "20"}},
	{name: "a threshold with a sign", spec: oneAlert(`threshold: -80%`), want: []string{"status.alerts[0].threshold", "should match"}},
	{name: "a bound that takes a second", spec: oneAlert(`bounds: {lower: "0", upper: "1e-10000000"}`), want: []string{"status.alerts[0].bounds.upper", "should match"}},
	{name: "no lower bound", spec: oneAlert(`bounds: {upper: "1"}`), want: []string{"status.alerts[0].bounds.lower", "Required"}},
	{name: "a contributor that takes a second", spec: oneAlert(`contributors: [{pod: web, value: "1e-10000000"}]`), want: []string{"status.alerts[0].contributors[0].value", "should match"}},
	{name: "a contributor without a value", spec: oneAlert(`contributors: [{pod: web}]`), want: []string{"status.alerts[0].contributors[0].value", "Required"}},
	{name: "too many contributors", spec: oneAlert(`contributors: [` + numbered(6, "{pod: p%d, value: 1m}") + `]`), want: []string{"status.alerts[0].contributors", "at most 5 items"}},
	{name: "too many levels", spec: oneAlert(`levels: [` + numbered(3, "{severity: Warning, state: OK, heldSeconds: %d}") + `]`), want: []string{"status.alerts[0].levels", "at most 2 items"}},
	{name: "a time with a small t", spec: oneAlert(`levels: [{severity: Warning, state: Firing, firingTime: "2026-01-31t09:00:00Z"}]`), want: []string{"status.alerts[0].levels[0].firingTime", "should match"}},
	{name: "seconds beyond 64 bits", spec: oneAlert(`levels: [{severity: Warning, state: Firing, heldSeconds: 1e30}]`), want: []string{"status.alerts[0].levels[0].heldSeconds", "9.007199254740991e+15"}},
	{name: "data of one's own", spec: `alerts: [{state: Firing, data: Some}]`, want: []string{"status.alerts[0].data", `"Complete", "Partial", "Missing"`}},
	{name: "a state of one's own", spec: `state: Burning`, want: []string{"status.state", `"Firing", "Unknown", "Pending", "OK"`}},
	{name: "a severity of one's own", spec: `severity: Page`, want: []string{"status.severity", `"Warning", "Critical"`}},
	{name: "a time in seconds", spec: `stateTime: 1769850000`, want: []string{"status.stateTime", "must be of type date-time"}},
	{name: "an evaluation with a fraction", spec: `lastEvaluationTime: "2026-01-31T09:00:00.5Z"`, want: []string{"status.lastEvaluationTime", "should match"}},
	{name: "a count beyond 32 bits", spec: `subjectCounts: {total: 8589934592, ok: 0, pending: 0, firing: 0, unknown: 0}`, want: []string{"status.subjectCounts.total", "less than or equal to 2147483647"}},
	{name: "half of the counts", spec: `subjectCounts: {total: 1, ok: 1}`, want: []string{"status.subjectCounts.firing", "Required"}},
	{name: "too many alerts", spec: `alerts: [` + numbered(51, "{state: Firing, data: Complete, value: %dMi}") + `]`, want: []string{"status.alerts", "at most 50 items"}},
	{name: "an endless worst", spec: `worst: ` + strings.Repeat("w", 513), want: []string{"status.worst", "512"}},
	{name: "an endless summary", spec: oneAlert(`summary: ` + strings.Repeat("s", 513)), want: []string{"status.alerts[0].summary", "512"}},
	{name: "an endless message", spec: oneAlert(`message: ` + strings.Repeat("m", 1025)), want: []string{"status.alerts[0].message", "1024"}},
	{name: "a condition's time with a small t", spec: condition(`lastTransitionTime: "2026-01-31t09:00:00Z"`), want: []string{"status.conditions[0].lastTransitionTime", "should match"}},
}

func oneAlert(fields string) string {
	return "alerts: [{state: Firing, data: Complete, " + fields + "}]"
}

// TestFullThresholdStatus is TestFullStatus for thresholds.
func TestFullThresholdStatus(t *testing.T) {
	c := server(t)
	object := &v1alpha1.ClusterResourceThreshold{ObjectMeta: metav1.ObjectMeta{Name: "full-status"}}
	object.Spec.ThresholdSettings = v1alpha1.ThresholdSettings{
		Resource: v1alpha1.ResourceCPU, Measure: v1alpha1.MeasurePercentOfRequests,
		Levels: []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Above: "80%"}},
	}
	if err := c.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	object.Status = fullThresholdStatus()
	if err := c.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	got := listed(t, c, object, &v1alpha1.ClusterResourceThresholdList{})
	if diff := cmp.Diff(fullThresholdStatus(), got.Status); diff != "" {
		t.Errorf("the stored status (-want +got):\n%s", diff)
	}
	for field, value := range reflect.ValueOf(got.Status).Fields() {
		if value.IsZero() {
			t.Errorf("%s is not set by this test", field.Name)
		}
	}
}

func fullThresholdStatus() v1alpha1.ThresholdStatus {
	const now, most = v1alpha1.Timestamp("2026-01-31T09:00:00Z"), 1<<31 - 1
	value, long := "x", strings.Repeat("a", 253)
	alert := v1alpha1.Alert{
		Subject: &v1alpha1.Subject{
			Namespace: "shop", Pod: long, Container: "web", Node: long,
			Workload: &v1alpha1.Workload{APIGroup: "apps", Kind: "Deployment", Name: long},
			Labels:   []v1alpha1.SubjectLabel{{Key: "team", Value: &value}, {Key: "example.com/tier"}},
		},
		State: v1alpha1.StateUnknown, Severity: v1alpha1.SeverityWarning, Data: v1alpha1.DataPartial,
		Summary: strings.Repeat("s", 512), Message: strings.Repeat("m", 1024),
		Value: "999999999999%", Threshold: "999999999999999.99Pi", LastNotificationTime: now,
		Bounds: &v1alpha1.AlertBounds{Lower: "0", Upper: "999999999999%"},
		Levels: []v1alpha1.AlertLevel{
			{Severity: v1alpha1.SeverityWarning, State: v1alpha1.StateFiring, PendingTime: now, FiringTime: now, ClearingTime: now, HeldSeconds: 1<<53 - 1},
			{Severity: v1alpha1.SeverityCritical, State: v1alpha1.StatePending, PendingTime: now},
		},
	}
	for range 5 {
		alert.Contributors = append(alert.Contributors, v1alpha1.AlertContributor{Pod: long, Container: "web", Node: long, Value: "999999999999999.99Ei"})
	}
	status := v1alpha1.ThresholdStatus{
		ObservedGeneration: 1<<53 - 1, LastEvaluationTime: now, StateTime: now,
		State: v1alpha1.StateFiring, Severity: v1alpha1.SeverityCritical, Worst: strings.Repeat("w", 512),
		SubjectCounts: &v1alpha1.SubjectCounts{Total: most, OK: most, Pending: most, Firing: most, Unknown: most},
		AlertsOmitted: most,
		Conditions: []v1alpha1.Condition{{
			Type: v1alpha1.ConditionFiring, Status: metav1.ConditionTrue, ObservedGeneration: 1,
			LastTransitionTime: now, Reason: v1alpha1.ReasonAlertFiring, Message: "1 of 12 subjects fires.",
		}},
	}
	for range 50 {
		status.Alerts = append(status.Alerts, alert)
	}
	return status
}
