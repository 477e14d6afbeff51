package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/usage-operator/usage-operator/internal/model"
)

// A pod's labels are handed to the selectors of apimachinery as they are.
var _ labels.Labels = model.Labels{}

func TestNewLabels(t *testing.T) {
	got := model.NewLabels(map[string]string{"tier": "front", "app": "web", "app.kubernetes.io/name": "", "a": "b"})
	want := model.Labels{{"a", "b"}, {"app", "web"}, {"app.kubernetes.io/name", ""}, {"tier", "front"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, none := range []map[string]string{nil, {}} {
		if got := model.NewLabels(none); got != nil {
			t.Errorf("the labels of %v are %v, want nil, which takes no memory", none, got)
		}
	}
}

func TestLabels(t *testing.T) {
	l := model.NewLabels(map[string]string{"a": "1", "app": "web", "empty": "", "z": "26"})
	for _, test := range []struct {
		labels     model.Labels
		key, value string
		exists     bool
	}{
		{l, "a", "1", true},
		{l, "app", "web", true},
		{l, "z", "26", true},
		{l, "empty", "", true},
		{l, "", "", false},
		{l, "ap", "", false},
		{l, "appp", "", false},
		{l, "zz", "", false},
		{nil, "app", "", false},
	} {
		value, exists := test.labels.Lookup(test.key)
		if value != test.value || exists != test.exists {
			t.Errorf("Lookup(%q) = %q, %t", test.key, value, exists)
		}
		if got := test.labels.Has(test.key); got != test.exists {
			t.Errorf("Has(%q) = %t", test.key, got)
		}
		if got := test.labels.Get(test.key); got != test.value {
			t.Errorf("Get(%q) = %q", test.key, got)
		}
	}
}
