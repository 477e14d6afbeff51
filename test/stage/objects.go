package stage

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// containerName is that of the one container that each pod has.
const containerName = "main"

// Namespace is a namespace to create.
func Namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// Node is a node to create.
func Node(name string) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status: corev1.NodeStatus{
			Allocatable: amounts("16", "64Gi"),
			Conditions:  []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	}
}

func amounts(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
}

// Create creates objects with their status.
func (s *Stage) Create(t testing.TB, objects ...client.Object) {
	t.Helper()
	s.create(t, objects...)
}

func (s *Stage) create(t testing.TB, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		wanted, ok := o.DeepCopyObject().(client.Object)
		if !ok {
			t.Fatalf("%T is no object of a cluster", o)
		}
		if err := s.API.Create(t.Context(), o); err != nil {
			t.Fatalf("create %T %s: %v", o, o.GetName(), err)
		}
		if !hasStatus(o) {
			continue
		}
		wanted.SetResourceVersion(o.GetResourceVersion())
		wanted.SetUID(o.GetUID())
		if err := s.API.Status().Update(t.Context(), wanted); err != nil {
			t.Fatalf("update the status of %T %s: %v", o, o.GetName(), err)
		}
	}
}

func hasStatus(o client.Object) bool {
	switch o.(type) {
	case *corev1.Pod, *corev1.Node:
		return true
	default:
		return false
	}
}

// RunningPod is a pod that runs since a while, to create. Its container has a limit
// and a request of these amounts.
func RunningPod(namespace, name, cpu, memory string) *corev1.Pod {
	started := metav1.NewTime(time.Now().Add(-time.Hour).Truncate(time.Second))
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: corev1.PodSpec{NodeName: "node-0", Containers: []corev1.Container{{
			Name: containerName, Image: "simulated",
			Resources: corev1.ResourceRequirements{Requests: amounts(cpu, memory), Limits: amounts(cpu, memory)},
		}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, StartTime: &started,
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: containerName, Image: "simulated", Ready: true, Started: new(true),
				State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}},
			}},
		},
	}
}

// Delete deletes a pod at once, since there is no kubelet to end it gracefully.
func (s *Stage) Delete(t testing.TB, pod *corev1.Pod) {
	t.Helper()
	s.Metrics.Lose(pod)
	if err := s.API.Delete(t.Context(), pod, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
}
