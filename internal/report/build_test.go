package report

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var now = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)

// someRow is two containers of two pods, which use 250m and 300Mi; one declares
// 500m and 400Mi, the other nothing.
func someRow() usage.Row {
	part := usage.Denominator{Declared: sum(500_000_000), Set: 1, Unset: 1, Usage: sum(150_000_000), Base: sum(500_000_000)}
	memory := usage.Denominator{Declared: sum(400 * mi), Set: 1, Unset: 1, Usage: sum(299 * mi), Base: sum(400 * mi)}
	return usage.Row{
		Pods: 2, Containers: 2,
		Resources: [model.ResourceCount]usage.Amount{
			model.CPU: {Observed: true, Usage: sum(250_000_000), Requests: part, Limits: usage.Denominator{Unset: 2},
				PerPod: &usage.PerPod{Median: sum(125_000_000), Maximum: sum(149_000_001)},
				Over:   []model.Sum{sum(199_000_001), sum(310_000_000), sum(410_000_000), sum(510_000_000), sum(610_000_000)}},
			model.Memory: {Observed: true, Usage: sum(300 * mi), Requests: memory, Limits: memory,
				PerPod: &usage.PerPod{Median: sum(150 * mi), Maximum: sum(299 * mi)}},
		},
	}
}

func somePublishedRow(subject *v1alpha1.Subject) v1alpha1.Row {
	return v1alpha1.Row{
		Subject: subject, Pods: new(int32(2)), Containers: new(int32(2)),
		Resources: map[v1alpha1.ResourceName]v1alpha1.ResourceUsage{
			"cpu": {Usage: "250m", P95: "200m", Maximum: "310m", Average: "410m", P50: "510m", P99: "610m", Requests: "500m", PercentOf: &v1alpha1.PercentOf{Requests: new(int64(30))},
				Unset: &v1alpha1.Unset{Requests: 1, Limits: 2}, PerPod: &v1alpha1.PerPod{Median: "125m", Maximum: "150m"}},
			"memory": {Usage: "300Mi", Requests: "400Mi", Limits: "400Mi",
				PercentOf: &v1alpha1.PercentOf{Requests: new(int64(74)), Limits: new(int64(74))},
				Unset:     &v1alpha1.Unset{Requests: 1, Limits: 1}, PerPod: &v1alpha1.PerPod{Median: "150Mi", Maximum: "299Mi"}},
		},
	}
}

// someView has a row for each way in which a subject can be named.
func someView() *usage.View {
	subjects := []model.Subject{
		{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"},
			Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "blue", Present: true}, {Present: true}}},
		{Namespace: "shop", Workload: model.Workload{Kind: "Pod", Name: "alone"}},
		{Namespace: "shop", Pod: "web-1", Container: "web", Node: "n1"},
	}
	other := someRow()
	v := &usage.View{
		SampleTime: now.Add(-7 * time.Second), Resolution: 15 * time.Second,
		LabelKeys: []string{"team", "tier"}, Grouped: true,
		Pods: usage.Coverage{Expected: 40, Observed: 39}, Containers: usage.Coverage{Expected: 81, Observed: 79},
		Missing: []usage.Missing{
			{Reason: usage.NodeLost, Node: "n1", Pods: 3},
			{Reason: usage.ContainerRestarted, Namespace: "shop", Pod: "web-2", Container: "web"},
		},
		MissingOmitted: 4, UnsampledRuns: 5,
		Total: someRow(), RowCount: 57, Other: &other,
		Statistics: []usage.Statistic{usage.P95, usage.Maximum, usage.Average, usage.P50, usage.P99},
		History:    someHistory(),
		Window:     usage.Covered{Start: now.Add(-time.Hour), End: now, Observed: 3585*time.Second + 900*time.Millisecond},
	}
	other.Resources[model.CPU].Over = nil // rows change places, so their sum has no past
	for _, s := range subjects {
		row := someRow()
		row.Subject = s
		v.Rows = append(v.Rows, row)
	}
	return v
}

func TestBuild(t *testing.T) {
	total, other := somePublishedRow(nil), somePublishedRow(nil)
	cpu := other.Resources["cpu"]
	cpu.Average, cpu.Maximum, cpu.P50, cpu.P95, cpu.P99 = "", "", "", "", ""
	other.Resources["cpu"] = cpu
	absent := []v1alpha1.SubjectLabel{{Key: "team"}, {Key: "tier"}}
	want := v1alpha1.ReportStatus{
		SampleTime: "2026-01-31T08:59:53Z", Resolution: "15s",
		Window: &v1alpha1.WindowCovered{StartTime: "2026-01-31T08:00:00Z", EndTime: "2026-01-31T09:00:00Z", ObservedSeconds: 3585},
		Coverage: &v1alpha1.Coverage{
			Percent: 97, Pods: &v1alpha1.Observed{Expected: 40, Observed: 39}, Containers: &v1alpha1.Observed{Expected: 81, Observed: 79},
			Missing: []v1alpha1.MissingSample{
				{Node: "n1", Pods: 3, Reason: "NodeLost"},
				{Namespace: "shop", Pod: "web-2", Container: "web", Reason: "ContainerRestarted"},
			},
			MissingOmitted: 4, UnsampledRuns: 5,
		},
		Total: &total, GroupCount: 57, Other: &other, History: somePublishedHistory(),
		Groups: []v1alpha1.Row{
			somePublishedRow(&v1alpha1.Subject{
				Namespace: "shop", Workload: &v1alpha1.Workload{APIGroup: "apps", Kind: "Deployment", Name: "web"},
				Labels: []v1alpha1.SubjectLabel{{Key: "team", Value: new("blue")}, {Key: "tier", Value: new("")}},
			}),
			somePublishedRow(&v1alpha1.Subject{Namespace: "shop", Workload: &v1alpha1.Workload{Kind: "Pod", Name: "alone"}, Labels: absent}),
			somePublishedRow(&v1alpha1.Subject{Namespace: "shop", Pod: "web-1", Container: "web", Node: "n1", Labels: absent}),
		},
	}
	if diff := cmp.Diff(want, Build(someView())); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
}

// TestAbsentIsNotZero looks at the JSON, where an absent field differs from 0.
func TestAbsentIsNotZero(t *testing.T) {
	for _, row := range []struct {
		name   string
		amount usage.Amount
		want   string
	}{
		{"no containers", usage.Amount{}, `{}`},
		{"nothing observed", usage.Amount{Requests: usage.Denominator{Declared: sum(1_000_000), Set: 1}, Limits: usage.Denominator{Unset: 1}},
			`{"requests":"1m","unset":{"limits":1}}`},
		{"nobody declares", usage.Amount{Observed: true, Requests: usage.Denominator{Unset: 2}, Limits: usage.Denominator{Unset: 2}},
			`{"usage":"0","unset":{"requests":2,"limits":2}}`},
		{"declares 0", usage.Amount{Observed: true, Usage: sum(1), Requests: usage.Denominator{Set: 1}, Limits: usage.Denominator{Set: 1}},
			`{"usage":"1m","requests":"0","limits":"0"}`},
		{"a container whose pod declares", usage.Amount{Observed: true, Usage: sum(1)}, `{"usage":"1m"}`},
		{"the one that declares is not observed", usage.Amount{Observed: true, Usage: sum(2_000_000),
			Requests: usage.Denominator{Declared: sum(5_000_000), Set: 1, Unset: 1}, Limits: usage.Denominator{Unset: 2}},
			`{"usage":"2m","requests":"5m","unset":{"requests":1,"limits":2}}`},
		{"less than a percent", usage.Amount{Observed: true,
			Requests: usage.Denominator{Declared: sum(1000), Set: 1, Usage: sum(9), Base: sum(1000)}, Limits: usage.Denominator{Unset: 1}},
			`{"usage":"0","requests":"1u","percentOf":{"requests":0},"unset":{"limits":1}}`},
	} {
		got, err := json.Marshal(newResource(model.CPU, &row.amount))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// TestRoundsOnce adds up what is too small for a millicore.
func TestRoundsOnce(t *testing.T) {
	r := usage.Amount{Observed: true}
	for range 1000 {
		r.Usage = r.Usage.Plus(120_345)
	}
	if got := newResource(model.CPU, &r).Usage; got != "121m" {
		t.Errorf("a thousand times 120345n is %s, want 121m", got)
	}
}

func TestPercentCovered(t *testing.T) {
	for _, row := range []struct {
		coverage usage.Coverage
		want     int32
	}{
		{usage.Coverage{}, 100},
		{usage.Coverage{Expected: 0, Observed: 1}, 100},
		{usage.Coverage{Expected: 3, Observed: 0}, 0},
		{usage.Coverage{Expected: 3, Observed: 2}, 66},
		{usage.Coverage{Expected: 100_000, Observed: 99_999}, 99},
		{usage.Coverage{Expected: 3, Observed: 3}, 100},
	} {
		if got := percentCovered(row.coverage); got != row.want {
			t.Errorf("%+v is %d percent, want %d", row.coverage, got, row.want)
		}
	}
}

// TestEveryReasonHasAName: a reason without one would be refused by the schema,
// and with it the whole status.
func TestEveryReasonHasAName(t *testing.T) {
	for r := range usage.NotRunning + 1 {
		if reasons[r] == "" {
			t.Errorf("reason %d is not published", r)
		}
	}
}

// TestManyRuns: a counter that has run for years still fits the schema.
func TestManyRuns(t *testing.T) {
	if got := Build(&usage.View{UnsampledRuns: 1 << 40}).Coverage.UnsampledRuns; got != math.MaxInt32 {
		t.Errorf("%d runs", got)
	}
}

// TestNothingSelected publishes zeros for pods, and no row, amount or time.
func TestNothingSelected(t *testing.T) {
	got, err := json.Marshal(Build(&usage.View{Grouped: true}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"coverage":{"percent":100,"pods":{"expected":0,"observed":0},"containers":{"expected":0,"observed":0}},` +
		`"total":{"pods":0,"containers":0,"resources":{"cpu":{},"memory":{}}}}`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestOwnersOfAnyLength gives a pod an owner that no schema has bounded.
func TestOwnersOfAnyLength(t *testing.T) {
	long := strings.Repeat("\u00e9", 200)
	got := NewSubject(&model.Subject{Workload: model.Workload{Group: long, Kind: long, Name: long}}, nil).Workload
	for _, part := range []struct {
		text string
		most int
	}{{got.APIGroup, 253}, {got.Kind, 63}, {got.Name, 253}} {
		if len(part.text) > part.most || len(part.text) < part.most-1 || !utf8.ValidString(part.text) {
			t.Errorf("%q has %d bytes, want %d at most, all valid", part.text, len(part.text), part.most)
		}
	}
}
