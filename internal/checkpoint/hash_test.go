package checkpoint

import (
	"encoding/hex"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestHashIsStable: these stand in the checkpoints of clusters. Where one changes,
// every report of them starts anew.
func TestHashIsStable(t *testing.T) {
	byTeam := v1alpha1.ClusterSelection{Namespaces: []string{"shop", "data"}, Target: v1alpha1.TargetPods}
	byTeam.Selector = &v1alpha1.LabelSelector{MatchLabels: map[string]string{"app": "web", "tier": "front"}}
	byTeam.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByNamespaceLabel, Label: "team"}}
	for _, c := range []struct {
		parts []any
		want  string
	}{
		{[]any{v1alpha1.ClusterSelection{}}, "ca3d163bab055381827226140568f3be"},
		{[]any{byTeam}, "9f7cc96b0c8725ed63a075b4c2b195d3"},
	} {
		h, err := HashOf(c.parts...)
		if got := hex.EncodeToString(h[:]); err != nil || got != c.want {
			t.Errorf("the hash is %s, want %s: %v", got, c.want, err)
		}
	}
}

func TestHashOf(t *testing.T) {
	type before struct {
		A string `json:"a,omitempty"`
		B int    `json:"b"`
	}
	type after struct {
		B   int    `json:"b"`
		New string `json:"new,omitempty"`
		A   string `json:"a,omitempty"`
	}
	hash := func(parts ...any) Hash {
		h, err := HashOf(parts...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if hash(before{"x", 1}) != hash(after{1, "", "x"}) {
		t.Error("the order of fields matters, or one that is absent")
	}
	all := []Hash{hash(), hash(1), hash(1, 2), hash(12), hash("1", "2"), hash("12"), hash(before{"x", 1}), hash(before{"x", 2}), hash(int64(1 << 60)), hash(int64(1<<60 + 1))}
	for i := range all {
		for j := range i {
			if all[i] == all[j] {
				t.Errorf("the hashes %d and %d are equal", i, j)
			}
		}
	}
	if _, err := HashOf(func() {}); err == nil {
		t.Error("a function has a hash")
	}
}
