package e2e

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// runsFor is the annotation of a pod of a Job that says for how long it runs.
// Without it, the pod ends at once.
const runsFor = "pod-complete.stage.kwok.x-k8s.io/delay"

// letJobsRunOn makes the simulation heed runsFor.
func letJobsRunOn(ctx context.Context) error {
	stage := &unstructured.Unstructured{}
	stage.SetAPIVersion("kwok.x-k8s.io/v1alpha1")
	stage.SetKind("Stage")
	stage.SetName("pod-complete")
	patch := fmt.Appendf(nil, `{"spec": {"delay": {"durationMilliseconds": 0, "durationFrom": {"expressionFrom": %q}}}}`,
		fmt.Sprintf(".metadata.annotations[%q]", runsFor))
	return api.Patch(ctx, stage, client.RawPatch(types.MergePatchType, patch))
}

// runningOn is the template of a Job whose pods do not end while a test runs.
func runningOn(template corev1.PodTemplateSpec) corev1.PodTemplateSpec {
	template.Annotations[runsFor] = "1h"
	template.Spec.RestartPolicy = corev1.RestartPolicyNever
	return template
}

// cronJob never starts by itself while a test runs. Its Jobs run on.
func cronJob(namespace, name string, template corev1.PodTemplateSpec) *batchv1.CronJob {
	return &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: batchv1.CronJobSpec{
			Schedule:    "0 0 1 1 *",
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: runningOn(template)}},
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
