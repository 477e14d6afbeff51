package usage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestTheLargestOfMany ranks by usage, with ties, at every cut.
func TestTheLargestOfMany(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	e := usage.New()
	var samples []sampled
	for i := range 60 {
		p := newPod("data", fmt.Sprintf("p-%02d", i), "app")
		e.Apply(present(p))
		samples = append(samples, one(p.Namespace, p.Name, at(0), random.Int64N(20)))
	}
	e.Tick(answerOf(at(0), samples...))
	slices.SortStableFunc(samples, func(a, b sampled) int { return int(b.cores["app"] - a.cores["app"]) })
	for top := range 62 {
		set(t, e, clusterReport, byPod, usage.Need{Top: top})
		v := view(t, e, clusterReport)
		if len(v.Rows) != min(top, 60) {
			t.Fatalf("top %d: %d rows", top, len(v.Rows))
		}
		for i := range v.Rows {
			if got := v.Rows[i].Subject.Pod; got != samples[i].name {
				t.Errorf("top %d, row %d is %s, want %s", top, i, got, samples[i].name)
			}
		}
	}
}
