package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// newNamespace makes a namespace that ends with the test. Its name starts with the prefix.
func newNamespace(t *testing.T, prefix string) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-"}}
	create(t, namespace)
	return namespace.Name
}

// create creates an object and deletes it when the test ends.
func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatalf("create %T %s: %v", object, object.GetName(), err)
	}
	t.Cleanup(func() {
		if err := api.Delete(context.Background(), object); client.IgnoreNotFound(err) != nil {
			t.Errorf("delete %T %s: %v", object, object.GetName(), err)
		}
	})
}

// workload is what each of some replicas does.
type workload struct {
	name                            string
	replicas, millicores, mebibytes int
}

func (w workload) container() corev1.Container {
	return corev1.Container{
		Name: w.name, Image: loadImage,
		Args: []string{fmt.Sprint("-millicores=", w.millicores), fmt.Sprint("-mebibytes=", w.mebibytes)},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}},
			PeriodSeconds: 1,
		},
	}
}

func (w workload) pod(namespace string) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: w.name}}
	pod.Spec.Containers = []corev1.Container{w.container()}
	return pod
}

// limited gives the containers of a pod a limit of memory.
func limited(pod *corev1.Pod, memory string) *corev1.Pod {
	for i := range pod.Spec.Containers {
		pod.Spec.Containers[i].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(memory)}
	}
	return pod
}

// awaitReady waits until the program of a pod listens.
func awaitReady(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(pod), pod); err != nil {
			return err
		}
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("the pod %s is not ready: %+v", pod.Name, pod.Status)
	})
}

// hold makes the program of a pod hold so many MiB more. It returns an error if the program ends by that.
func hold(t *testing.T, pod *corev1.Pod, mebibytes int) error {
	t.Helper()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(pod), pod); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("http://%s/hold?mebibytes=%d", net.JoinHostPort(pod.Status.PodIP, "8080"), mebibytes)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	program := &http.Client{Timeout: soon, Transport: &http.Transport{DialContext: config.Dial, DisableKeepAlives: true}}
	answer, err := program.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return nil
}

func (w workload) deployment(namespace string) *appsv1.Deployment {
	labels := map[string]string{"app": w.name}
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: w.name}}
	d.Spec.Replicas = new(int32(w.replicas))
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
	d.Spec.Template.Labels = labels
	d.Spec.Template.Spec.Containers = []corev1.Container{w.container()}
	return d
}

// newReport reports on a namespace as often as can be.
func newReport(t *testing.T, namespace string, groupBy ...v1alpha1.GroupKey) *v1alpha1.UsageReport {
	t.Helper()
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.Interval, r.Spec.GroupBy = "15s", groupBy
	create(t, r)
	return r
}

// eventually waits until condition returns nil, and fails with its last error.
func eventually(t *testing.T, within time.Duration, condition func(context.Context) error) {
	t.Helper()
	last := errors.New("never tried")
	err := wait.PollUntilContextTimeout(t.Context(), 250*time.Millisecond, within, true, func(ctx context.Context) (bool, error) {
		if err := condition(ctx); err != nil {
			if ctx.Err() == nil {
				last = err
			}
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		t.Fatalf("not within %s: %v", within, last)
	}
}

// awaitReport reads a report until condition returns nil. The report has a status then.
func awaitReport(t *testing.T, r *v1alpha1.UsageReport, condition func() error) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		if r.Status.Coverage == nil || r.Status.Total == nil {
			return fmt.Errorf("there are no numbers yet: %v", r.Status.Conditions)
		}
		return condition()
	})
}

// hasCondition returns an error unless the report has a condition like that.
func hasCondition(r *v1alpha1.UsageReport, kind string, status metav1.ConditionStatus) error {
	for _, c := range r.Status.Conditions {
		if c.Type == kind && c.Status == status {
			return nil
		}
	}
	return fmt.Errorf("%s is not %s: %v", kind, status, r.Status.Conditions)
}
