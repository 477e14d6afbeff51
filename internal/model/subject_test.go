package model_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
)

func labelled(values ...model.LabelValue) (s model.Subject) {
	copy(s.Labels[:], values)
	return s
}

var (
	absent = model.LabelValue{}
	empty  = model.LabelValue{Present: true}
	x      = model.LabelValue{Value: "x", Present: true}
	y      = model.LabelValue{Value: "y", Present: true}
)

// inOrder is sorted by what counts most: each subject is less than all that
// follow.
var inOrder = []model.Subject{
	labelled(empty, absent),
	labelled(x, x, x, x),
	labelled(x, x, x, absent),
	labelled(x, absent, x),
	labelled(y),
	labelled(absent, x),
	{},
	{Node: "n1"},
	{Node: "n2"},
	{Container: "app"},
	{Container: "log", Node: "n1"},
	{Pod: "web-1"},
	{Pod: "web-1", Container: "app"},
	{Pod: "web-2"},
	{Workload: model.Workload{Kind: "Deployment", Name: "a"}},
	{Workload: model.Workload{Kind: "Deployment", Name: "b"}},
	{Workload: model.Workload{Kind: "Rollout", Name: "a"}, Pod: "web-1"},
	{Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "a"}},
	{Workload: model.Workload{Group: "argoproj.io", Kind: "Deployment", Name: "a"}},
	{Namespace: "data"},
	{Namespace: "shop", Workload: model.Workload{Kind: "Deployment", Name: "a"}},
}

func TestSubjectCompare(t *testing.T) {
	for i := range inOrder {
		for j := range inOrder {
			want := 0
			if i != j {
				want = 1
			}
			if i < j {
				want = -1
			}
			if got := inOrder[i].Compare(&inOrder[j]); got != want {
				t.Errorf("Compare(%+v, %+v) = %d, want %d", inOrder[i], inOrder[j], got, want)
			}
		}
	}
}

func TestLabelValues(t *testing.T) {
	if labelled(absent) == labelled(empty) {
		t.Error("an absent label is the same as an empty one")
	}
}
