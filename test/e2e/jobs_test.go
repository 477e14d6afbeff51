package e2e

import (
	"context"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// keepJobsRunning delays the simulated end of the pods of Jobs, which is at once
// otherwise, until the end of the test.
func keepJobsRunning(t *testing.T) {
	t.Helper()
	stage := &unstructured.Unstructured{}
	stage.SetAPIVersion("kwok.x-k8s.io/v1alpha1")
	stage.SetKind("Stage")
	stage.SetName("pod-complete")
	patch := func(ctx context.Context, delay string) {
		body := []byte(`{"spec":{"delay":` + delay + `}}`)
		if err := api.Patch(ctx, stage, client.RawPatch(types.MergePatchType, body)); err != nil {
			t.Fatalf("delay the end of Jobs: %v", err)
		}
	}
	patch(t.Context(), `{"durationMilliseconds":3600000}`)
	t.Cleanup(func() { patch(context.Background(), "null") })
}

// cronJob never starts by itself while a test runs.
func cronJob(namespace, name string, template corev1.PodTemplateSpec) *batchv1.CronJob {
	template.Spec.RestartPolicy = corev1.RestartPolicyNever
	return &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: batchv1.CronJobSpec{
			Schedule:    "0 0 1 1 *",
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}},
		},
	}
}

// jobOf is a Job as the CronJob's controller makes it.
func jobOf(c *batchv1.CronJob) *batchv1.Job {
	owner := *metav1.NewControllerRef(c, batchv1.SchemeGroupVersion.WithKind("CronJob"))
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Name + "-1", OwnerReferences: []metav1.OwnerReference{owner}},
		Spec:       c.Spec.JobTemplate.Spec,
	}
}
