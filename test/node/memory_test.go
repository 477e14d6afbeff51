package node

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// testOutOfMemory lets a container hold more than its limit, so that the kernel ends it and the kubelet starts it again,
// until the report misses it.
func testOutOfMemory(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "memory")
	pod := limited(workload{name: "greedy", mebibytes: 32}.pod(namespace), "64Mi")
	create(t, pod)
	create(t, workload{name: "steady", mebibytes: 32}.pod(namespace))
	r := newReport(t, namespace)
	awaitReport(t, r, func() error { return isComplete(r, 2) })

	awaitReport(t, r, func() error {
		exceed(t, pod)
		want := []v1alpha1.MissingSample{{Namespace: namespace, Pod: "greedy", Reason: v1alpha1.MissingContainerRestarted}}
		if diff := cmp.Diff(want, r.Status.Coverage.Missing); diff != "" {
			return fmt.Errorf("missing (-want +got):\n%s", diff)
		}
		return nil
	})
	if end := pod.Status.ContainerStatuses[0].LastTerminationState.Terminated; end == nil || end.Reason != "OOMKilled" {
		t.Errorf("the container ended otherwise: %+v", end)
	}
	// It is missing, which is not the same as gone.
	if got, want := *r.Status.Coverage.Containers, (v1alpha1.Observed{Expected: 2, Observed: 1}); got != want {
		t.Errorf("containers %+v, want %+v", got, want)
	}
	if got := *r.Status.Total.Pods; got != 2 {
		t.Errorf("the report counts %d pods, want 2", got)
	}
	if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionFalse); err != nil {
		t.Error(err)
	}
	awaitReport(t, r, func() error { return isComplete(r, 2) })
}

// isComplete returns an error unless so many containers are expected and all of them were observed.
func isComplete(r *v1alpha1.UsageReport, containers int32) error {
	if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionTrue); err != nil {
		return err
	}
	if got, want := *r.Status.Coverage.Containers, (v1alpha1.Observed{Expected: containers, Observed: containers}); got != want {
		return fmt.Errorf("containers %+v, want %+v", got, want)
	}
	return nil
}

// youth is for how long a container is left alone. metrics-server has no numbers of one that is younger than 10 seconds,
// and when those from before its restart are too old as well, it is missed.
const youth = 5 * time.Second

// exceed makes the program of a pod hold more than its limit, unless it has just been started.
func exceed(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(pod), pod); err != nil {
		t.Fatal(err)
	}
	running := pod.Status.ContainerStatuses[0].State.Running
	if running == nil || time.Since(running.StartedAt.Time) < youth {
		return
	}
	if err := hold(t, pod, 128); err == nil {
		t.Error("the program holds more than its limit")
	}
}
