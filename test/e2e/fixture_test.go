package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// newNamespace makes a namespace that ends with the test. Its name starts with
// the prefix.
func newNamespace(t *testing.T, prefix string, labels map[string]string) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix + "-", Labels: labels}}
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

// container describes a container and what it is simulated to use. Amounts
// that are "" are not declared.
type container struct {
	name                                             string
	requestCPU, requestMemory, limitCPU, limitMemory string
}

func (c container) spec() corev1.Container {
	return corev1.Container{Name: c.name, Image: "simulated", Resources: corev1.ResourceRequirements{
		Requests: resources(c.requestCPU, c.requestMemory),
		Limits:   resources(c.limitCPU, c.limitMemory),
	}}
}

func resources(cpu, memory string) corev1.ResourceList {
	list := corev1.ResourceList{}
	if cpu != "" {
		list[corev1.ResourceCPU] = resource.MustParse(cpu)
	}
	if memory != "" {
		list[corev1.ResourceMemory] = resource.MustParse(memory)
	}
	return list
}

// usage is what each container of a pod is simulated to use.
func usage(cpu, memory string) map[string]string {
	return map[string]string{"kwok.x-k8s.io/usage-cpu": cpu, "kwok.x-k8s.io/usage-memory": memory}
}

func podTemplate(labels, usage map[string]string, containers ...container) corev1.PodTemplateSpec {
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: usage}}
	for _, c := range containers {
		template.Spec.Containers = append(template.Spec.Containers, c.spec())
	}
	return template
}

func deployment(namespace, name string, replicas int32, template corev1.PodTemplateSpec) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(replicas),
			Selector: &metav1.LabelSelector{MatchLabels: template.Labels},
			Template: template,
		},
	}
}

func statefulSet(namespace, name string, replicas int32, template corev1.PodTemplateSpec) *appsv1.StatefulSet {
	return &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.StatefulSetSpec{
			Replicas: new(replicas), ServiceName: name,
			Selector: &metav1.LabelSelector{MatchLabels: template.Labels},
			Template: template,
		},
	}
}

func daemonSet(namespace, name string, template corev1.PodTemplateSpec) *appsv1.DaemonSet {
	return &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: template.Labels},
			Template: template,
		},
	}
}

func replicaSet(namespace, name string, replicas int32, template corev1.PodTemplateSpec) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: new(replicas),
			Selector: &metav1.LabelSelector{MatchLabels: template.Labels},
			Template: template,
		},
	}
}

// eventually waits until condition returns nil, and fails with its last error.
func eventually(t *testing.T, within time.Duration, condition func(ctx context.Context) error) {
	t.Helper()
	last := fmt.Errorf("never tried")
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

// hasCondition returns an error unless the report has a condition like that.
func hasCondition(r v1alpha1.ReportObject, kind string, status metav1.ConditionStatus, reason string) error {
	var all []string
	for _, c := range r.ReportStatus().Conditions {
		if c.Type == kind && c.Status == status && c.Reason == reason {
			return nil
		}
		all = append(all, fmt.Sprintf("%s=%s/%s", c.Type, c.Status, c.Reason))
	}
	return fmt.Errorf("%s is not %s/%s: %s", kind, status, reason, strings.Join(all, " "))
}

// awaitCondition waits until a report has a condition.
func awaitCondition(t *testing.T, r v1alpha1.ReportObject, kind string, status metav1.ConditionStatus, reason string) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		return hasCondition(r, kind, status, reason)
	})
}

func awaitReady(t *testing.T, r v1alpha1.ReportObject) {
	t.Helper()
	awaitCondition(t, r, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReported)
}

// fastest is the shortest interval that a report can have.
var fastest = v1alpha1.ReportSettings{Interval: "15s"}
