package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestSuspendKeepsTheNumbers suspends a report and resumes it.
func TestSuspendKeepsTheNumbers(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "suspend", nil)
	web := deployment(namespace, "web", 2, podTemplate(map[string]string{"app": "web"}, usage("50m", "32Mi"), container{name: "web"}))
	create(t, web)
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitReady(t, r)
	suspend(t, r, true)
	awaitCondition(t, r, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSuspended)
	if r.Status.Total == nil || number(r.Status.Total.Pods) != 2 {
		t.Errorf("the numbers of a suspended report are %v, not those of before", r.Status.Total)
	}
	scale(t, web, 1)
	suspend(t, r, false)
	awaitReady(t, r)
	eventually(t, twoTicks, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		if n := number(r.Status.Total.Pods); n != 1 {
			return fmt.Errorf("%d pods", n)
		}
		return nil
	})
}

func suspend(t *testing.T, r *v1alpha1.UsageReport, on bool) {
	t.Helper()
	patch := client.MergeFrom(r.DeepCopy())
	r.Spec.Suspend = on
	if err := api.Patch(t.Context(), r, patch); err != nil {
		t.Fatal(err)
	}
}

// TestWaitsForTheFirstSample looks at a report over pods that are never sampled:
// metrics-server leaves out a pod that uses no CPU at all.
func TestWaitsForTheFirstSample(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "first", nil)
	create(t, deployment(namespace, "web", 1, podTemplate(map[string]string{"app": "web"}, usage("0", "0"), container{name: "web"})))
	awaitRunning(t, namespace, 1)
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitCondition(t, r, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonWaitingForFirstSample)
	if err := hasCondition(r, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonWaitingForFirstSample); err != nil {
		t.Error(err)
	}
	if r.Status.Total != nil {
		t.Errorf("numbers without a sample: %v", r.Status.Total)
	}
}

func awaitRunning(t *testing.T, namespace string, n int) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		var pods corev1.PodList
		if err := api.List(ctx, &pods, client.InNamespace(namespace)); err != nil {
			return err
		}
		running := 0
		for i := range pods.Items {
			if pods.Items[i].Status.Phase == corev1.PodRunning {
				running++
			}
		}
		if running != n {
			return fmt.Errorf("%d pods run", running)
		}
		return nil
	})
}

// TestMetricsOutage stops metrics-server, takes its registration away, and
// brings both back.
func TestMetricsOutage(t *testing.T) {
	if !alone(t) {
		return
	}
	namespace := newNamespace(t, "outage", nil)
	create(t, deployment(namespace, "web", 2, podTemplate(map[string]string{"app": "web"}, usage("50m", "32Mi"), container{name: "web"})))
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitReady(t, r)
	before := r.Status.Total.DeepCopy()

	if err := local.Stop(cluster.MetricsServer); err != nil {
		t.Fatal(err)
	}
	awaitAway(t, r, before, v1alpha1.ReasonMetricsAPIUnavailable)
	registration := unregister(t)
	awaitAway(t, r, before, v1alpha1.ReasonMetricsAPINotInstalled)

	if err := api.Create(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	if err := local.Start(t.Context(), cluster.MetricsServer); err != nil {
		t.Fatal(err)
	}
	awaitReady(t, r)
	if err := hasCondition(r, v1alpha1.ConditionMetricsAvailable, metav1.ConditionTrue, v1alpha1.ReasonMetricsRead); err != nil {
		t.Error(err)
	}
}

// awaitAway waits until the report says why there are no metrics, and requires
// that it keeps its numbers.
func awaitAway(t *testing.T, r *v1alpha1.UsageReport, numbers *v1alpha1.Row, reason string) {
	t.Helper()
	awaitCondition(t, r, v1alpha1.ConditionMetricsAvailable, metav1.ConditionFalse, reason)
	for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionReconciling} {
		if c := meta.FindStatusCondition(standard(r.Status.Conditions), kind); c == nil || c.Reason != reason {
			t.Errorf("condition %s is %v, not %s", kind, c, reason)
		}
	}
	if r.Status.Total == nil || number(r.Status.Total.Pods) != number(numbers.Pods) {
		t.Errorf("the numbers became %v, from %v", r.Status.Total, numbers)
	}
}

func standard(conditions []v1alpha1.Condition) (out []metav1.Condition) {
	for _, c := range conditions {
		out = append(out, metav1.Condition{Type: c.Type, Status: c.Status, Reason: c.Reason})
	}
	return out
}

// unregister removes the registration of the Metrics API and returns it.
func unregister(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	registration := &unstructured.Unstructured{}
	registration.SetAPIVersion("apiregistration.k8s.io/v1")
	registration.SetKind("APIService")
	if err := api.Get(t.Context(), client.ObjectKey{Name: "v1beta1.metrics.k8s.io"}, registration); err != nil {
		t.Fatal(err)
	}
	if err := api.Delete(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	again := registration.DeepCopy()
	again.SetResourceVersion("")
	again.SetUID("")
	return again
}
