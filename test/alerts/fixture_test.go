package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// soon bounds the wait for what takes some seconds on an idle machine.
const soon = 2 * time.Minute

// fixture is a namespace on a stage.
type fixture struct {
	*stage.Stage
	namespace string
	pods      []*corev1.Pod
}

// newFixture makes a namespace with pods that each have a limit of 1Gi of memory and
// use half of it.
func newFixture(t *testing.T, namespace string, pods int) *fixture {
	t.Helper()
	f := &fixture{Stage: stage.New(t), namespace: namespace}
	f.Create(t, stage.Namespace(namespace))
	for i := range pods {
		pod := stage.RunningPod(namespace, fmt.Sprintf("web-%d", i), "1", "1Gi")
		f.Create(t, pod)
		f.pods = append(f.pods, pod)
	}
	f.use("512Mi")
	return f
}

// use says what each pod uses of memory from now on.
func (f *fixture) use(memory string) {
	for _, pod := range f.pods {
		f.Metrics.Use(pod, "100m", memory)
	}
}

// threshold creates one over the memory of each pod.
func (f *fixture) threshold(t *testing.T, name string, levels ...v1alpha1.ThresholdLevel) *v1alpha1.ResourceThreshold {
	t.Helper()
	x := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: name}}
	x.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	x.Spec.Resource, x.Spec.Measure, x.Spec.Levels = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits, levels
	f.Create(t, x)
	return x
}

// await waits until the status of a threshold is as wanted.
func (f *fixture) await(t *testing.T, x *v1alpha1.ResourceThreshold, what string, holds func(*v1alpha1.ThresholdStatus) bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		err := f.API.Get(ctx, client.ObjectKeyFromObject(x), x)
		return holds(&x.Status), err
	})
	if err != nil {
		t.Fatalf("%s: %v; the status is %+v", what, err, x.Status)
	}
}

func (f *fixture) awaitState(t *testing.T, x *v1alpha1.ResourceThreshold, state v1alpha1.ThresholdState, severity v1alpha1.Severity) {
	t.Helper()
	f.await(t, x, fmt.Sprintf("%s %s", state, severity), func(s *v1alpha1.ThresholdStatus) bool {
		return s.State == state && s.Severity == severity
	})
}

// events returns those of a threshold by the object that they regard, each as
// "reason severity", in the order of the transitions.
func (f *fixture) events(t *testing.T, x *v1alpha1.ResourceThreshold) map[string][]string {
	t.Helper()
	var list eventsv1.EventList
	of := client.MatchingLabels{v1alpha1.ThresholdUIDLabel: string(x.UID)}
	if err := f.API.List(t.Context(), &list, client.InNamespace(f.namespace), of); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list.Items, func(a, b eventsv1.Event) int { return a.EventTime.Compare(b.EventTime.Time) })
	told := map[string][]string{}
	for _, e := range list.Items {
		key := e.Regarding.Kind + "/" + e.Regarding.Name
		told[key] = append(told[key], strings.TrimPrefix(e.Reason, "Threshold")+" "+e.Labels[v1alpha1.SeverityLabel])
	}
	return told
}

// awaitEvents waits until the events of a threshold about an object are these.
func (f *fixture) awaitEvents(t *testing.T, x *v1alpha1.ResourceThreshold, object string, want ...string) {
	t.Helper()
	var got []string
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, soon, true, func(context.Context) (bool, error) {
		got = f.events(t, x)[object]
		return slices.Equal(got, want), nil
	})
	if err != nil {
		t.Fatalf("the events about %s are %q, want %q", object, got, want)
	}
}

func (f *fixture) suspend(t *testing.T, x *v1alpha1.ResourceThreshold, on bool) {
	t.Helper()
	patch := client.MergeFrom(x.DeepCopy())
	x.Spec.Suspend = on
	if err := f.API.Patch(t.Context(), x, patch); err != nil {
		t.Fatal(err)
	}
	if on {
		f.await(t, x, "suspended", isReadyWith(v1alpha1.ReasonSuspended))
	}
}

func isReadyWith(reason string) func(*v1alpha1.ThresholdStatus) bool {
	return func(s *v1alpha1.ThresholdStatus) bool {
		return slices.ContainsFunc(s.Conditions, func(c v1alpha1.Condition) bool {
			return c.Type == v1alpha1.ConditionReady && c.Reason == reason
		})
	}
}
