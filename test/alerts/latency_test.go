package alerts

import (
	"context"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// crossings is how many pods cross in TestLatency, five a second; "make test-crashes"
// takes 1,000, so that the slowest hundredth is more than one.
var crossings = flag.Int("crossings", 100, "how many pods cross a level in TestLatency")

// latencyBar is within what time a crossing that the Metrics API shows must be a
// stored Event: one tick, which is a resolution here, and a second.
const latencyBar = stage.Resolution + time.Second

// crossing is a pod that crosses a level.
type crossing struct {
	pod *corev1.Pod
	due time.Time
	// visible is the first second whose samples show it, seen when its Event was.
	visible, seen time.Time
}

// TestLatency lets pods cross one by one, at times that nothing agrees with, and
// holds 99 of 100 to the bar.
func TestLatency(t *testing.T) {
	f := newFixture(t, "latency", *crossings)
	f.Operator(t, "operator")
	x := f.threshold(t, "memory", v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%"})
	f.awaitState(t, x, v1alpha1.StateOK, "")

	random, start := rand.New(rand.NewPCG(1, 2)), time.Now()
	all := map[string]*crossing{}
	for _, pod := range f.pods {
		all[pod.Name] = &crossing{pod: pod, due: start.Add(time.Duration(random.Int64N(int64(time.Second) * int64(len(f.pods)) / 5)))}
	}
	f.follow(t, all)
	var took []time.Duration
	for _, c := range all {
		took = append(took, c.seen.Sub(c.visible).Round(time.Millisecond))
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100-1]
	t.Logf("%d crossings became Events: half of them within %s, 99%% within %s, all within %s", len(took), took[len(took)/2], p99, took[len(took)-1])
	if p99 > latencyBar {
		t.Errorf("99%% within %s, want %s", p99, latencyBar)
	}
}

// follow lets the pods cross, and watches until all their Events are stored.
func (f *fixture) follow(t *testing.T, all map[string]*crossing) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*soon)
	defer cancel()
	watch, err := f.API.Watch(ctx, &eventsv1.EventList{}, client.InNamespace(f.namespace))
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Stop()
	clock := time.NewTicker(10 * time.Millisecond)
	defer clock.Stop()
	for left := len(all); left > 0; {
		select {
		case now := <-clock.C:
			f.cross(all, now)
		case change, open := <-watch.ResultChan():
			e, ok := change.Object.(*eventsv1.Event)
			if !open || !ok {
				t.Fatalf("%d crossings are no Events yet, and the watch has ended: %v", left, change.Object)
			}
			if c := all[e.Regarding.Name]; c != nil && c.seen.IsZero() {
				c.seen, left = time.Now(), left-1
			}
		}
	}
}

// cross lets the pods use more that are due. A sample of the running second may have
// been read already, so that the next one is the first to show it.
func (f *fixture) cross(all map[string]*crossing, now time.Time) {
	for _, c := range all {
		if c.visible.IsZero() && !now.Before(c.due) {
			f.Metrics.Use(c.pod, "100m", "900Mi")
			c.visible = time.Now().Truncate(stage.Resolution).Add(stage.Resolution)
		}
	}
}
