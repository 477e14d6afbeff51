package report

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// someNodeRow is three nodes with 12 cores and 10Gi; two of them are observed,
// with 8 cores, and use 2500.000001m and 3Gi. One does not say its memory.
func someNodeRow() usage.Row {
	return usage.Row{
		Nodes: 3,
		Resources: [model.ResourceCount]usage.Amount{
			model.CPU: {Observed: true, Usage: sum(2_500_000_001), Allocatable: usage.Denominator{
				Declared: sum(12_000_000_000), Set: 3, Usage: sum(2_500_000_001), Base: sum(8_000_000_000)}},
			model.Memory: {Observed: true, Usage: sum(3 * 1024 * mi), Allocatable: usage.Denominator{
				Declared: sum(10 * 1024 * mi), Set: 2, Unset: 1, Usage: sum(2 * 1024 * mi), Base: sum(5 * 1024 * mi)}},
		},
	}
}

func someNodeView() *usage.View {
	row, other := someNodeRow(), usage.Row{Nodes: 1}
	row.Subject = model.Subject{Node: "n1", Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "gpu", Present: true}}}
	return &usage.View{
		Target: model.Nodes, SampleTime: now.Add(-7 * time.Second), Resolution: 15 * time.Second,
		LabelKeys: []string{"pool"}, Grouped: true, Nodes: usage.Coverage{Expected: 3, Observed: 2},
		Missing: []usage.Missing{{Reason: usage.NodeLost, Node: "n3"}},
		Total:   someNodeRow(), Rows: []usage.Row{row}, RowCount: 2, Other: &other,
	}
}

func TestBuildOfNodes(t *testing.T) {
	published := func(subject *v1alpha1.Subject) v1alpha1.Row {
		return v1alpha1.Row{Subject: subject, Nodes: new(int32(3)), Resources: map[v1alpha1.ResourceName]v1alpha1.ResourceUsage{
			"cpu":    {Usage: "2501m", Allocatable: "12", PercentOf: &v1alpha1.PercentOf{Allocatable: new(int64(31))}},
			"memory": {Usage: "3072Mi", Allocatable: "10Gi", PercentOf: &v1alpha1.PercentOf{Allocatable: new(int64(40))}},
		}}
	}
	total := published(nil)
	want := v1alpha1.ReportStatus{
		SampleTime: "2026-01-31T08:59:53Z", Resolution: "15s",
		Coverage: &v1alpha1.Coverage{
			Percent: 66, Nodes: &v1alpha1.Observed{Expected: 3, Observed: 2},
			Missing: []v1alpha1.MissingSample{{Node: "n3", Reason: "NodeLost"}},
		},
		Total: &total, GroupCount: 2,
		Groups: []v1alpha1.Row{published(&v1alpha1.Subject{Node: "n1", Labels: []v1alpha1.SubjectLabel{{Key: "pool", Value: new("gpu")}}})},
		Other:  &v1alpha1.Row{Nodes: new(int32(1)), Resources: map[v1alpha1.ResourceName]v1alpha1.ResourceUsage{"cpu": {}, "memory": {}}},
	}
	if diff := cmp.Diff(want, Build(someNodeView())); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
}

// TestNoNodesSelected publishes a zero for nodes, and nothing of pods.
func TestNoNodesSelected(t *testing.T) {
	got, err := json.Marshal(Build(&usage.View{Target: model.Nodes}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"coverage":{"percent":100,"nodes":{"expected":0,"observed":0}},"total":{"nodes":0,"resources":{"cpu":{},"memory":{}}}}`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestAmountsOfANode: what is not known is absent, and however large a sum is, it
// has the form of a quantity.
func TestAmountsOfANode(t *testing.T) {
	most := model.Sum{}.Plus(1<<63 - 1)
	for _, row := range []struct {
		name     string
		resource model.Resource
		of       usage.Denominator
		want     string
	}{
		{"nothing said", model.CPU, usage.Denominator{Unset: 1}, `{"usage":"1m"}`},
		{"nothing had", model.CPU, usage.Denominator{Set: 1}, `{"usage":"1m","allocatable":"0"}`},
		{"nanocores that do not divide", model.CPU, usage.Denominator{Set: 1, Declared: sum(3), Usage: sum(1), Base: sum(3)},
			`{"usage":"1m","allocatable":"3n","percentOf":{"allocatable":33}}`},
		{"more than there is", model.CPU, usage.Denominator{Set: 1, Declared: sum(1000), Usage: sum(1019), Base: sum(1000)},
			`{"usage":"1m","allocatable":"1u","percentOf":{"allocatable":101}}`},
		{"exabytes", model.Memory, usage.Denominator{Set: 3, Declared: most.Add(most).Add(most), Usage: most, Base: most.Add(most)},
			`{"usage":"0","allocatable":"26388279066624Mi","percentOf":{"allocatable":50}}`},
	} {
		got, err := json.Marshal(newResource(row.resource, &usage.Amount{Observed: true, Usage: sum(1), Allocatable: row.of}))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

func TestConditionsOfNodes(t *testing.T) {
	for _, row := range []struct {
		name      string
		set       func(v *usage.View)
		want      string
		condition string
		message   string
	}{
		{"reported", func(v *usage.View) { v.Nodes.Observed = 3 },
			"Ready=True/Reported" + available + " Complete=True/AllSampled", "Complete", "Every node has a current sample."},
		{"partly reported", func(*usage.View) {},
			"Ready=True/Reported" + available + " Complete=False/SamplesMissing", "Complete",
			"2 of 3 nodes have a current sample. Sums cover only these; status.coverage.missing names the others."},
		{"nothing selected", func(v *usage.View) { *v = usage.View{Target: model.Nodes} },
			"Ready=True/NoNodesSelected" + available + " Complete=True/AllSampled", "Ready",
			"No node matches the selection. Compare spec.nodeSelector with kubectl get nodes --show-labels."},
		{"no sample", func(v *usage.View) { v.SampleTime = time.Time{} },
			"Ready=False/WaitingForFirstSample Reconciling=True/WaitingForFirstSample" + available, "Ready",
			"The Metrics API has no sample of the 3 selected nodes yet. A new node has its first after about two resolutions of the metrics pipeline."},
	} {
		f := facts()
		f.View = someNodeView()
		row.set(f.View)
		conditions := Decide(f).Status.Conditions
		if got := inShort(conditions); got != row.want {
			t.Errorf("%s: the conditions are\n%s, want\n%s", row.name, got, row.want)
		}
		for _, c := range conditions {
			if c.Type == row.condition && c.Message != row.message {
				t.Errorf("%s: %s says %q, want %q", row.name, c.Type, c.Message, row.message)
			}
		}
	}
}
