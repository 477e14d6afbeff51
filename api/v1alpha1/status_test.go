package v1alpha1_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// refusedStatuses are what somebody with the right to write a status could
// store to stop or slow the decoding of the whole kind.
var refusedStatuses = []refusal{
	{name: "a quantity that takes a second", spec: oneRow(`usage: "1e-10000000"`), want: []string{"status.total.resources.cpu.usage", "should match"}},
	{name: "a quantity with an exponent", spec: oneRow(`usage: "1e3"`), want: []string{"status.total.resources.cpu.usage", "should match"}},
	{name: "a negative quantity", spec: oneRow("requests: -1m"), want: []string{"status.total.resources.cpu.requests", "should match"}},
	{name: "a quantity that is a number", spec: oneRow("limits: 1"), want: []string{"status.total.resources.cpu.limits", "must be of type string"}},
	{name: "a quantity that is too long", spec: oneRow(`usage: "` + strings.Repeat("1", 5000) + `"`), want: []string{"status.total.resources.cpu.usage", "20"}},
	{name: "a duration in days", spec: `resolution: 31d`, want: []string{"status.resolution", "should match"}},
	{name: "a time with a small t", spec: `sampleTime: "2026-01-31t09:00:00Z"`, want: []string{"status.sampleTime", "should match"}},
	{name: "a time with a small z", spec: `sampleTime: "2026-01-31T09:00:00z"`, want: []string{"status.sampleTime", "should match"}},
	{name: "a time with a fraction", spec: `sampleTime: "2026-01-31T09:00:00.5Z"`, want: []string{"status.sampleTime", "should match"}},
	{name: "a day that does not exist", spec: `sampleTime: "2026-13-31T09:00:00Z"`, want: []string{"status.sampleTime", "date-time"}},
	{name: "a condition's time with a small t", spec: condition(`lastTransitionTime: "2026-01-31t09:00:00Z"`),
		want: []string{"status.conditions[0].lastTransitionTime", "should match"}},
	{name: "a condition's status in lower case", spec: condition(`lastTransitionTime: "2026-01-31T09:00:00Z", status: "true"`),
		want: []string{"status.conditions[0].status", `"True", "False", "Unknown"`}},
	{name: "a condition's generation beyond 64 bits", spec: condition(`lastTransitionTime: "2026-01-31T09:00:00Z", observedGeneration: 1e30`),
		want: []string{"status.conditions[0].observedGeneration", "9.007199254740991e+15"}},
	{name: "a generation beyond 64 bits", spec: `observedGeneration: 9223372036854775808`, want: []string{"status.observedGeneration", "9.007199254740991e+15"}},
	{name: "a count beyond 32 bits", spec: `groupCount: 8589934592`, want: []string{"status.groupCount", "less than or equal to 2147483647"}},
	{name: "a percentage beyond 64 bits", spec: oneRow("percentOf: {requests: 1e30}"),
		want: []string{"status.total.resources.cpu.percentOf.requests", "9.007199254740991e+15"}},
	{name: "a percentage with a fraction", spec: oneRow("percentOf: {requests: 1.5}"),
		want: []string{"status.total.resources.cpu.percentOf.requests", "must be of type"}},
	{name: "a quota without an amount", spec: oneRow("quota: {used: 1}"), want: []string{"status.total.resources.cpu.quota"}},
	{name: "a quota that takes a second", spec: oneRow(`quota: {hard: "1e-10000000"}`), want: []string{"status.total.resources.cpu.quota.hard", "should match"}},
	{name: "a cost of one's own", spec: onePeriod(`cost: free`), want: []string{"status.periods[0].total.cost", "should match"}},
	{name: "hours that take a second", spec: onePeriod(`usageHours: {cpu: "1e-10000000"}`), want: []string{"status.periods[0].total.usageHours.cpu", "should match"}},
	{name: "too many periods", spec: "periods: [" + numbered(38, `{startTime: "2026-01-01T00:00:%02dZ", endTime: "2026-01-31T09:00:00Z", closed: true, observedPercent: 1, total: {}}`) + "]",
		want: []string{"status.periods", "at most 37 items"}},
	{name: "too many rows", spec: `groups: [` + numbered(101, "{pods: %d, containers: 1}") + `]`, want: []string{"status.groups", "at most 100 items"}},
	{name: "too many resources", spec: `total: {pods: 1, containers: 1, resources: {` + numbered(9, "r%d: {}") + `}}`,
		want: []string{"status.total.resources", "8"}},
	{name: "too many findings", spec: `coverage: {percent: 1, pods: {expected: 1, observed: 0}, containers: {expected: 1, observed: 0}, missing: [` +
		numbered(21, "{pod: p%d, reason: TooNew}") + `]}`, want: []string{"status.coverage.missing", "at most 20 items"}},
	{name: "too many points", spec: `history: {step: 5m, points: [` + numbered(301, `{time: "2026-01-31T09:00:00Z", average: {cpu: %dm}}`) + `]}`,
		want: []string{"status.history.points", "at most 300 items"}},
	{name: "a history without a step", spec: `history: {points: []}`, want: []string{"status.history.step", "Required"}},
	{name: "a point without a time", spec: `history: {step: 5m, points: [{average: {cpu: 1m}}]}`, want: []string{"status.history.points[0].time", "Required"}},
	{name: "a point's time with a small t", spec: `history: {step: 5m, points: [{time: "2026-01-31t09:00:00Z"}]}`,
		want: []string{"status.history.points[0].time", "should match"}},
	{name: "a point that takes a second", spec: `history: {step: 5m, points: [{time: "2026-01-31T09:00:00Z", average: {cpu: "1e-10000000"}}]}`,
		want: []string{"status.history.points[0].average.cpu", "should match"}},
	{name: "a point of too many resources", spec: `history: {step: 5m, points: [{time: "2026-01-31T09:00:00Z", maximum: {` + numbered(9, "r%d: 1m") + `}}]}`,
		want: []string{"status.history.points[0].maximum", "8"}},
	{name: "a reason of one's own", spec: `coverage: {percent: 1, pods: {expected: 1, observed: 0}, containers: {expected: 1, observed: 0}, ` +
		`missing: [{pod: web, reason: Tired}]}`, want: []string{"status.coverage.missing[0].reason", `"NodeLost"`}},
	{name: "a message without end", spec: condition(`lastTransitionTime: "2026-01-31T09:00:00Z", message: "` + strings.Repeat("m", 2049) + `"`),
		want: []string{"status.conditions[0].message", "2048"}},
}

func oneRow(resource string) string {
	return "total: {pods: 1, containers: 1, resources: {cpu: {" + resource + "}}}"
}

func onePeriod(total string) string {
	return `periods: [{startTime: "2026-01-01T00:00:00Z", endTime: "2026-01-31T09:00:00Z", closed: false, observedPercent: 1, total: {` + total + `}}]`
}

func condition(fields string) string {
	status := ""
	if !strings.Contains(fields, "status:") {
		status = `status: "True", `
	}
	return "conditions: [{type: Ready, reason: Reported, " + status + fields + "}]"
}

func TestRefusedStatuses(t *testing.T) {
	c := server(t)
	for _, kind := range []struct {
		name, spec string
		rows       []refusal
	}{
		{"UsageReport", "", refusedStatuses},
		{"ResourceThreshold", usual, refusedAlerts},
	} {
		object := written(t, kind.name, "status-weapons", kind.spec)
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
		for _, row := range kind.rows {
			t.Run(kind.name+"/"+row.name, func(t *testing.T) {
				armed := object.DeepCopy()
				armed.Object["status"] = fromYAML(t, row.spec)
				mustRefuse(t, c.Status().Update(t.Context(), armed), row.want)
			})
		}
	}
}

// TestFullStatus stores a status that sets every field, with the largest
// values that the schema admits, and reads it with the typed list.
func TestFullStatus(t *testing.T) {
	c := server(t)
	object := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Name: "full-status", Namespace: namespace}}
	if err := c.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	object.Status = fullStatus()
	if err := c.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullStatus(), listed(t, c, object, &v1alpha1.UsageReportList{}).Status); diff != "" {
		t.Errorf("the stored status (-want +got):\n%s", diff)
	}
}

// listed reads an object with the typed list of its kind.
func listed[T client.Object](t *testing.T, c client.Client, object T, list client.ObjectList) T {
	t.Helper()
	if err := c.List(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	items, err := meta.ExtractList(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if got, ok := item.(T); ok && got.GetUID() == object.GetUID() {
			return got
		}
	}
	t.Fatal("the list misses the object")
	return object
}

func fullStatus() v1alpha1.ReportStatus {
	percent, value, long := int64(1<<53-1), "shop", strings.Repeat("a", 253)
	now := v1alpha1.NewTimestamp(time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC))
	largest := v1alpha1.ResourceUsage{
		Usage: "999999999999999.999m", Average: "999999999999999.999m", Maximum: "999999999999999.99Ei",
		P50: "0", P95: "1m", P99: "999999999999999.999m",
		Requests: "999999999999999.99Ei", Limits: "0", Allocatable: "999999999999999.99Ei",
		PercentOf: &v1alpha1.PercentOf{Requests: &percent, Limits: &percent, Allocatable: &percent, Quota: &percent},
		Quota:     &v1alpha1.Quota{Hard: "999999999999999.99Ei", Used: "0"},
		Unset:     &v1alpha1.Unset{Requests: 1<<31 - 1, Limits: 1<<31 - 1},
		PerPod:    &v1alpha1.PerPod{Median: "999999999999999.999m", Maximum: "999999999999999.99Ei"},
	}
	row := v1alpha1.Row{
		Pods: new(int32(1<<31 - 1)), Containers: new(int32(1<<31 - 1)), Nodes: new(int32(0)),
		Resources: map[v1alpha1.ResourceName]v1alpha1.ResourceUsage{
			v1alpha1.ResourceCPU: largest, v1alpha1.ResourceMemory: largest, "ephemeral-storage": largest,
		},
		Subject: &v1alpha1.Subject{
			Namespace: "shop", Pod: long, Container: "web", Node: long,
			Workload: &v1alpha1.Workload{APIGroup: "apps", Kind: "Deployment", Name: long},
			Labels:   []v1alpha1.SubjectLabel{{Key: "team", Value: &value}, {Key: "example.com/tier"}},
		},
	}
	groups := make([]v1alpha1.Row, 100)
	for i := range groups {
		groups[i] = row
	}
	missing := make([]v1alpha1.MissingSample, 20)
	for i := range missing {
		missing[i] = v1alpha1.MissingSample{Namespace: "shop", Pod: long, Container: "web", Node: long, Pods: 1<<31 - 1,
			Reason: v1alpha1.MissingContainerRestarted}
	}
	points := make([]v1alpha1.HistoryPoint, 300)
	for i := range points {
		amounts := map[v1alpha1.ResourceName]v1alpha1.Quantity{
			v1alpha1.ResourceCPU: "999999999999999.999m", v1alpha1.ResourceMemory: "999999999999999.99Ei",
		}
		points[i] = v1alpha1.HistoryPoint{Time: now, Average: amounts, Maximum: amounts}
	}
	hours := map[v1alpha1.ResourceName]v1alpha1.Quantity{v1alpha1.ResourceCPU: "999999999999999.999m", v1alpha1.ResourceMemory: "0"}
	account := v1alpha1.Account{Subject: row.Subject, UsageHours: hours, RequestHours: hours, Cost: strings.Repeat("9", 35) + ".9999"}
	period := v1alpha1.PeriodAccounts{
		StartTime: now, EndTime: now, Closed: true, Reason: v1alpha1.PeriodSpecChanged, ObservedPercent: 100, Total: account, Other: &account,
		Prices: &v1alpha1.Prices{Currency: "KRW", Basis: v1alpha1.BasisRequests, PerHour: v1alpha1.PricesPerHour{CPU: "999999999.999999999", Memory: "0"}},
	}
	for range 20 {
		period.Accounts = append(period.Accounts, account)
	}
	periods := make([]v1alpha1.PeriodAccounts, 37)
	for i := range periods {
		periods[i] = period
	}
	seen := v1alpha1.Observed{Expected: 1<<31 - 1, Observed: 0}
	return v1alpha1.ReportStatus{
		ObservedGeneration: 1<<53 - 1, SampleTime: now, Resolution: v1alpha1.NewDuration(15 * time.Second),
		Conditions: []v1alpha1.Condition{{
			Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, ObservedGeneration: 1,
			LastTransitionTime: now, Reason: v1alpha1.ReasonReported, Message: "40 pods in 12 rows.",
		}},
		Coverage: &v1alpha1.Coverage{
			Percent: 100, Pods: &seen, Containers: &seen, Nodes: &seen, Missing: missing, MissingOmitted: 1<<31 - 1, UnsampledRuns: 1<<31 - 1,
		},
		Window: &v1alpha1.WindowCovered{StartTime: now, EndTime: now, ObservedSeconds: 1<<53 - 1},
		Total:  &row, Groups: groups, GroupCount: 1<<31 - 1, Other: &row, Periods: periods,
		History: &v1alpha1.History{Step: "24h", Points: points},
	}
}
