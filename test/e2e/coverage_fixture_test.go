package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// runPod runs a pod that nothing owns, and returns it running.
func runPod(t *testing.T, namespace, name string, usage map[string]string, containers ...string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: usage}}
	for _, c := range containers {
		pod.Spec.Containers = append(pod.Spec.Containers, container{name: c}.spec())
	}
	return running(t, pod)
}

// runPodOn runs a pod on a node that nothing else is scheduled to.
func runPodOn(t *testing.T, node, namespace, name string) {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: usage("50m", "32Mi")}}
	pod.Spec.NodeName = node
	pod.Spec.Containers = []corev1.Container{container{name: "web"}.spec()}
	running(t, pod)
}

func running(t *testing.T, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	create(t, pod)
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(pod), pod); err != nil {
			return err
		}
		if pod.Status.Phase != corev1.PodRunning {
			return fmt.Errorf("pod %s is %s", pod.Name, pod.Status.Phase)
		}
		return nil
	})
	return pod
}

// newNode adds a simulated node, like another one, to which nothing is
// scheduled.
func newNode(t *testing.T, name string) *corev1.Node {
	t.Helper()
	var like corev1.Node
	if err := api.Get(t.Context(), client.ObjectKey{Name: "node-1"}, &like); err != nil {
		t.Fatal(err)
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
		Name: name, Labels: map[string]string{corev1.LabelHostname: name}, Annotations: maps.Clone(like.Annotations),
	}}
	node.Annotations["metrics.k8s.io/resource-metrics-path"] = "/metrics/nodes/" + name + "/metrics/resource"
	node.Spec.Taints = []corev1.Taint{{Key: "usage-operator.io/test", Value: name, Effect: corev1.TaintEffectNoSchedule}}
	node.Status = corev1.NodeStatus{Capacity: like.Status.Capacity, Allocatable: like.Status.Allocatable}
	for _, address := range like.Status.Addresses {
		if address.Type == corev1.NodeHostName {
			address.Address = name
		}
		node.Status.Addresses = append(node.Status.Addresses, address)
	}
	create(t, node)
	return node
}

func annotate(t *testing.T, object client.Object, annotations map[string]string) {
	t.Helper()
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Patch(t.Context(), object, client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatal(err)
	}
}

// patchStatus does to a pod what its kubelet would do.
func patchStatus(t *testing.T, pod *corev1.Pod, change func(*corev1.PodStatus)) {
	t.Helper()
	patch := client.MergeFrom(pod.DeepCopy())
	change(&pod.Status)
	if err := api.Status().Patch(t.Context(), pod, patch); err != nil {
		t.Fatal(err)
	}
}
