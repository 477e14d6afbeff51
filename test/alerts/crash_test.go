package alerts

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// kills is how often the operator is killed; "make test-crashes" does it more often.
var kills = flag.Int("kills", 12, "how often the operator is killed in TestCrashes")

// TestCrashes kills the operator at random moments while twenty pods cross a level
// together. Each crossing is told once, whatever it interrupted.
func TestCrashes(t *testing.T) {
	const pods, longest = 20, 3500 * time.Millisecond
	f := newFixture(t, "crashes", pods)
	o := f.Operator(t, "operator", "--checkpoint-interval=1s")
	x := f.threshold(t, "memory", v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%", For: "1s"})
	f.awaitState(t, x, v1alpha1.StateOK, "")

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var want []string
	for killed := 0; killed < *kills; {
		memory, told := "900Mi", "Exceeded Warning"
		if len(want)%2 == 1 {
			memory, told = "512Mi", "Cleared Warning"
		}
		f.use(memory)
		want = append(want, told)
		for range 1 + random.IntN(2) {
			killed++
			<-time.After(time.Duration(random.Int64N(int64(longest))))
			if err := o.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := o.Again(); err != nil {
				t.Fatal(err)
			}
		}
		for _, pod := range f.pods {
			f.awaitEvents(t, x, "Pod/"+pod.Name, want...)
		}
	}
	// Nothing comes late.
	f.await(t, x, "an evaluation after the last Event", func(s *v1alpha1.ThresholdStatus) bool {
		return s.State == map[bool]v1alpha1.ThresholdState{true: v1alpha1.StateFiring, false: v1alpha1.StateOK}[len(want)%2 == 1]
	})
	for object, got := range f.events(t, x) {
		if !slices.Equal(got, want) {
			t.Errorf("the events about %s are %q, want %q", object, got, want)
		}
	}
	t.Logf("%d kills, %d crossings of %d pods, %d Events", *kills, len(want), pods, (pods+1)*len(want))
}
