package tenants

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// loud is how many objects the loud tenant has; "make test-tenants" takes a thousand.
var loud = flag.Int("loud", 100, "how many objects the loud tenant has in TestLoudTenant")

const (
	// loudPods are in all objects of the loud tenant.
	loudPods = 40
	// crossings are how often the quiet tenant's pod crosses its level at least.
	crossings = 6
	// lateAt is beyond the promise of a tick and a second, which is for a machine that
	// has time: it is far below what it takes to wait for the loud tenant.
	lateAt = 15 * time.Second
	// loudInterval is that of all reports, the shortest.
	loudInterval = 15 * time.Second
)

// TestLoudTenant: one tenant has many reports and thresholds over all of his pods, the
// largest selectors, a new value of a label each moment, and all that crosses its
// levels all the time. The other has one of each, which keep their interval and tell of
// a crossing in time, and the operator lives on.
func TestLoudTenant(t *testing.T) {
	f := newFixture(t, stage.Namespace(mine), stage.Namespace(theirs))
	q := f.quiet(t)
	limit, goal := memory(t)
	f.Env = append(f.Env, goal)
	metrics := f.operate(t)
	q.awaitFirst(t)
	before := q.cross(t, 0)
	t.Logf("alone, a crossing is told after %s", told(before))

	pods := f.loudObjects(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.makeNoise(ctx, pods)
	}()
	defer func() {
		stop()
		<-ended
	}()
	f.awaitStorm(t)
	watch, largest := q.watchRefreshes(ctx, t), watchMemory(ctx, metrics)
	beside := q.cross(t, 3*loudInterval)
	t.Logf("beside %d objects of another tenant, each of %d after %s", *loud, len(beside), told(beside))
	if late := slices.Max(beside); late > lateAt {
		t.Errorf("a crossing was told after %s", late)
	}
	stop()
	q.mustKeepInterval(t, <-watch)
	peak := <-largest
	t.Logf("the operator had %d MiB at most, and owes %.0f Events", peak>>20, metric(scrape(t, metrics), "usage_operator_events_pending"))
	if peak == 0 || peak > limit {
		t.Errorf("the operator had %d MiB, and its limit is %d MiB", peak>>20, limit>>20)
	}
}

// watchMemory looks at what the operator takes until ctx ends, and returns the most.
func watchMemory(ctx context.Context, metrics string) <-chan int64 {
	most := make(chan int64, 1)
	go func() {
		peak := 0.0
		for ctx.Err() == nil {
			text, _ := read(ctx, metrics) // what fails is looked at again
			peak = max(peak, metric(text, "process_resident_memory_bytes"))
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
		most <- int64(peak)
	}()
	return most
}

// told says how long crossings took.
func told(took []time.Duration) string {
	slices.Sort(took)
	return fmt.Sprintf("%s, at most %s", took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}

// loudObjects makes pods, and objects that each look at all of them in many rows.
func (f *fixture) loudObjects(t *testing.T) (pods []*corev1.Pod) {
	t.Helper()
	for i := range loudPods {
		pod := stage.RunningPod(mine, fmt.Sprintf("loud-%d", i), "1", "1Gi")
		pod.Labels = map[string]string{"endless": fmt.Sprint(i)}
		f.Create(t, pod)
		pods = append(pods, pod)
	}
	for i := range *loud {
		if err := f.tenant.Create(t.Context(), loudObject(i)); err != nil {
			t.Fatal(err)
		}
	}
	return pods
}

// loudObject is in turn a report and a threshold, which cost as much as they can.
func loudObject(i int) client.Object {
	s := v1alpha1.Selection{Selector: largestSelector(), GroupBy: []v1alpha1.GroupKey{
		{Type: v1alpha1.GroupByPod}, {Type: v1alpha1.GroupByContainer}, {Type: v1alpha1.GroupByPodLabel, Label: "endless"},
	}}
	meta := metav1.ObjectMeta{Namespace: mine, Name: fmt.Sprintf("loud-%d", i)}
	if i%2 == 0 {
		r := &v1alpha1.UsageReport{ObjectMeta: meta}
		r.Spec.Selection = s
		r.Spec.Interval, r.Spec.Window, r.Spec.Top = v1alpha1.NewDuration(loudInterval), "744h", 100
		r.Spec.Statistics = []v1alpha1.Statistic{v1alpha1.StatisticAverage, v1alpha1.StatisticMaximum, v1alpha1.StatisticP50, v1alpha1.StatisticP95, v1alpha1.StatisticP99}
		r.Spec.History = &v1alpha1.HistorySettings{Step: "1m", Points: 300}
		r.Spec.Periods = &v1alpha1.Periods{Every: v1alpha1.PeriodHour, Keep: 36}
		return r
	}
	x := &v1alpha1.ResourceThreshold{ObjectMeta: meta}
	x.Spec.Selection = s
	x.Spec.ThresholdSettings = above("500m")
	x.Spec.Description = strings.Repeat("x", 256)
	return x
}

// largestSelector is as large as the schema admits, and selects all pods.
func largestSelector() *v1alpha1.LabelSelector {
	s := &v1alpha1.LabelSelector{}
	for i := range 16 {
		e := v1alpha1.LabelExpression{Key: "endless", Operator: v1alpha1.LabelNotIn}
		for k := range 64 {
			e.Values = append(e.Values, fmt.Sprintf("none-%d-%d", i, k))
		}
		s.MatchExpressions = append(s.MatchExpressions, e)
	}
	return s
}

// makeNoise lets all pods cross the levels again and again, and relabels one after the
// other.
func (f *fixture) makeNoise(ctx context.Context, pods []*corev1.Pod) {
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if n%30 == 0 {
			for i, pod := range pods {
				f.Metrics.Use(pod, fmt.Sprintf("%dm", 100+i+800*(n/30%2)), "512Mi")
			}
		}
		label := fmt.Sprintf(`{"metadata": {"labels": {"endless": "%d"}}}`, len(pods)+n)
		pod := pods[n%len(pods)].DeepCopy()
		// A patch that fails is noise as well.
		_ = f.API.Patch(ctx, pod, client.RawPatch(types.MergePatchType, []byte(label)))
	}
}

// awaitStorm waits until the loud tenant's Events come.
func (f *fixture) awaitStorm(t *testing.T) {
	t.Helper()
	eventually(t, "the loud tenant has Events", func(ctx context.Context) error {
		var list eventsv1.EventList
		if err := f.API.List(ctx, &list, client.InNamespace(mine), client.Limit(500)); err != nil {
			return err
		}
		if len(list.Items) < 100 {
			return fmt.Errorf("%w: there are %d", errWaits, len(list.Items))
		}
		return nil
	})
}
