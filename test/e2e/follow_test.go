package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// twoTicks is the time of two ticks of the fastest report, whose interval is
// longer than the resolution here, and of the write that follows.
const twoTicks = 2*15*time.Second + 5*time.Second

// TestFollowsTheCluster scales a Deployment and deletes a pod. What has left
// keeps its row for the window.
func TestFollowsTheCluster(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "follow", nil)
	web := deployment(namespace, "web", 2, podTemplate(map[string]string{"app": "web"}, usage("100m", "64Mi"), container{name: "web"}))
	create(t, web)
	bare := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "bare"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{container{name: "bare"}.spec()}}}
	create(t, bare)
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.GroupBy = keys(v1alpha1.GroupByWorkload)
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitRows(t, soon, r, map[string]int32{"Deployment/web": 2, "Pod/bare": 1})

	scale(t, web, 5)
	awaitRows(t, twoTicks, r, map[string]int32{"Deployment/web": 5, "Pod/bare": 1})
	if err := api.Delete(t.Context(), bare, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	awaitRows(t, twoTicks, r, map[string]int32{"Deployment/web": 5, "Pod/bare": 0})
	scale(t, web, 0)
	awaitRows(t, twoTicks, r, map[string]int32{"Deployment/web": 0, "Pod/bare": 0})
	for _, row := range r.Status.Groups {
		if cpu := row.Resources[v1alpha1.ResourceCPU]; cpu.Usage != "" || cpu.Maximum == "" || cpu.Average == "" || cpu.P95 == "" {
			t.Errorf("%s has left, and its row says %+v", workloadKey(row.Subject.Workload), cpu)
		}
	}
	awaitCondition(t, r, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonNoPodsSelected)
}

func scale(t *testing.T, d *appsv1.Deployment, replicas int32) {
	t.Helper()
	patch := client.MergeFrom(d.DeepCopy())
	d.Spec.Replicas = new(replicas)
	if err := api.Patch(t.Context(), d, patch); err != nil {
		t.Fatal(err)
	}
}

// awaitRows waits until the report's workloads have these numbers of pods.
func awaitRows(t *testing.T, within time.Duration, r v1alpha1.ReportObject, want map[string]int32) {
	t.Helper()
	eventually(t, within, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		got := map[string]int32{}
		for _, row := range r.ReportStatus().Groups {
			got[workloadKey(row.Subject.Workload)] = int32(number(row.Pods))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || r.ReportStatus().Total == nil {
			return fmt.Errorf("rows are %v, not %v", got, want)
		}
		return nil
	})
}

// TestReportStaysInItsNamespace puts pods that look alike into two namespaces.
func TestReportStaysInItsNamespace(t *testing.T) {
	t.Parallel()
	mine, other := newNamespace(t, "mine", nil), newNamespace(t, "other", nil)
	template := podTemplate(map[string]string{"app": "web"}, usage("50m", "32Mi"), container{name: "web"})
	create(t, deployment(mine, "web", 1, template))
	create(t, deployment(other, "web", 3, template))
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: "web"}}
	r.Spec.Selector = &v1alpha1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	r.Spec.Workloads = []v1alpha1.WorkloadMatch{{APIGroup: "apps", Kind: "Deployment", Name: "web"}}
	r.Spec.GroupBy = keys(v1alpha1.GroupByNamespace)
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitReady(t, r)
	if got := number(r.Status.Total.Pods); got != 1 {
		t.Errorf("the report counts %d pods, not the one of its namespace", got)
	}
	if len(r.Status.Groups) != 1 || r.Status.Groups[0].Subject.Namespace != mine {
		t.Errorf("the report's rows are %v, not the one of %s", r.Status.Groups, mine)
	}
}
