package faults

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/stage"
)

// rollouts is how many there are in TestSoak; "make test-faults" takes 10,000.
var rollouts = flag.Int("rollouts", 200, "how many rollouts with unique names and labels there are in TestSoak")

const (
	// settled are the rollouts after which the heap is first looked at: all windows
	// have once passed by then.
	settled = 60
	// soaked is by how much the heap may be larger after all, and buffers the bytes that
	// connections may have come to hold meanwhile, if that is more: this heap is small.
	soaked  = 1.02
	buffers = 256 << 10
	// between is the time from one rollout to the next, by the clock of the soak.
	between = time.Minute
	// residents are pods that stay.
	residents = 200
)

// TestSoak rolls a workload out again and again. Each time a ReplicaSet and a pod come
// whose names and labels nobody has had before, cross the level of a threshold, and
// leave with the next. The inventory reads them from a real API server, the reader from
// a Metrics API; reports by that label, by pod and by controller, and the threshold,
// follow. When they have left, nothing of them may be left.
func TestSoak(t *testing.T) {
	s := newSoak(t)
	var before, after float64
	for i := range *rollouts {
		s.roll(t, i)
		switch i + 1 {
		case settled:
			before = heap()
		case *rollouts:
			after = heap()
		}
	}
	t.Logf("the heap has %.2f MiB after %d rollouts, and %.2f MiB after %d, %+.2f %%",
		before/(1<<20), settled, after/(1<<20), *rollouts, 100*(after/before-1))
	if before == 0 || after > max(soaked*before, before+buffers) {
		t.Errorf("it may grow by %.0f %%, or %d KiB", 100*(soaked-1), buffers>>10)
	}
	runtime.KeepAlive(s)
}

// heap is what is in use after some collections, the least of them: a connection may
// just be read from. The second one finds what the finalizers of the first have let go.
func heap() (least float64) {
	for i := range 2 + cycles {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if now := float64(m.HeapAlloc); i == 1 || i > 1 && now < least {
			least = now
		}
	}
	return least
}

// soak is the operator without what it writes, in this process, where garbage can be
// collected at will.
type soak struct {
	*stage.Stage
	clock   *clocktesting.FakeClock
	feed    *inventory.Feed
	reader  *metricsapi.Reader
	samples model.Samples
	engine  *usage.Engine
	alerts  usage.ID
	rule    *threshold.Rule
	state   threshold.State
	// known are the pods that the inventory tells of.
	known map[string]bool
	// set and pod are those of the last rollout.
	set *appsv1.ReplicaSet
	pod *corev1.Pod
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{Stage: stage.New(t), clock: clocktesting.NewFakeClock(time.Now()), engine: usage.New(), known: map[string]bool{}}
	s.Metrics.SetClock(s.clock.Now)
	s.Metrics.SetResolution(between)
	for i := range residents {
		pod := stage.RunningPod("default", fmt.Sprintf("resident-%d", i), "1", "1Gi")
		s.Create(t, pod)
		s.Metrics.Use(pod, podCPU, calm)
	}
	config := &rest.Config{Host: s.Proxy.URL}
	s.feed = startInventory(t, config)
	var err error
	if s.reader, err = metricsapi.New(config, s.clock); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]v1alpha1.GroupKey{
		"by hash":       {Type: v1alpha1.GroupByPodLabel, Label: hashLabel},
		"by pod":        {Type: v1alpha1.GroupByPod},
		"by controller": {Type: v1alpha1.GroupByWorkload, Level: v1alpha1.LevelController},
	} {
		s.serve(t, usage.ID{Kind: "UsageReport", Name: name}, key, usage.Need{Top: 20, Window: 5 * between})
	}
	x := newThreshold("default")
	if s.rule, err = threshold.Compile(x); err != nil {
		t.Fatal(err)
	}
	s.alerts = usage.ID{Kind: "ResourceThreshold", Name: x.Name}
	s.serve(t, s.alerts, x.Spec.GroupBy[0], usage.Need{Alert: &usage.Alert{
		Resource: model.Memory, Measure: usage.PercentOfLimits, Statistic: usage.Current,
	}})
	return s
}

// startInventory returns a feed of an inventory that has read the cluster.
func startInventory(t *testing.T, config *rest.Config) *inventory.Feed {
	t.Helper()
	inv, err := inventory.New(config, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = inv.Start(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	if err := inv.WaitForSync(ctx); err != nil {
		t.Fatal(err)
	}
	return inv.Subscribe()
}

func (s *soak) serve(t *testing.T, id usage.ID, key v1alpha1.GroupKey, need usage.Need) {
	t.Helper()
	spec := v1alpha1.ClusterSelection{}
	spec.GroupBy = []v1alpha1.GroupKey{key}
	plan, err := selection.Compile("default", spec)
	if err != nil {
		t.Fatal(err)
	}
	s.engine.Set(id, plan, need)
}

// hashLabel is the one that a Deployment gives the pods of each of its ReplicaSets.
const hashLabel = appsv1.DefaultDeploymentUniqueLabelKey

// roll makes one rollout, and lets the operator see it.
func (s *soak) roll(t *testing.T, i int) {
	t.Helper()
	name := fmt.Sprintf("web-%08x", i)
	labels := map[string]string{"app": "web", hashLabel: name}
	set, pod := s.set, s.pod
	s.set = &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: appsv1.ReplicaSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "simulated"}}},
			},
		},
	}
	s.Create(t, s.set)
	s.pod = stage.RunningPod("default", name+"-x", "1", "1Gi")
	s.pod.Labels = labels
	s.pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(s.set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet"))}
	s.Metrics.Use(s.pod, podCPU, high)
	s.Create(t, s.pod)
	if pod != nil {
		s.Delete(t, pod)
		if err := s.API.Delete(t.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	s.see(t)
	s.tick(t)
}

// see waits until the inventory knows the last pod, and the one before no more.
func (s *soak) see(t *testing.T) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), time.Millisecond, patience, true, func(context.Context) (bool, error) {
		changes := s.feed.Drain(nil)
		for i := range changes {
			switch p := changes[i].Pod; {
			case p == nil:
			case changes[i].Gone:
				delete(s.known, p.Name)
			case p.StartTime != 0: // its status comes after it
				s.known[p.Name] = true
			}
		}
		s.engine.Apply(changes)
		return len(s.known) == residents+1 && s.known[s.pod.Name], nil
	})
	if err != nil {
		t.Fatalf("the inventory knows %d pods, want %d with %s: %v", len(s.known), residents+1, s.pod.Name, err)
	}
}

// tick reads the Metrics API, steps the threshold and looks at the reports.
func (s *soak) tick(t *testing.T) {
	t.Helper()
	s.clock.Step(between)
	if err := s.reader.Read(t.Context(), nil, &s.samples); err != nil {
		t.Fatal(err)
	}
	if got := s.engine.Tick(&s.samples); got.New != residents+1 {
		t.Fatalf("%d pods have a new sample, want %d", got.New, residents+1)
	}
	readings, longest, _ := s.engine.Readings(s.alerts)
	next, transitions, _ := threshold.Step(s.rule, s.state, readings, s.clock.Now(), longest)
	if s.state = next.Delivered(next.Owed); len(transitions) == 0 {
		t.Fatal("a pod came above the level, and nothing is told")
	}
	if v, ok := s.engine.View(usage.ID{Kind: "UsageReport", Name: "by hash"}); !ok || v.RowCount < 2 {
		t.Fatalf("the view by hash is %+v", v)
	}
}
