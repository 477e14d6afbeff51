package main

import (
	"maps"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// demoLabel marks the namespaces that the demo made and may remove.
const demoLabel = "usage-operator.io/demo"

// image runs on a real cluster only; a simulated node runs nothing.
const image = "registry.k8s.io/e2e-test-images/busybox:1.37.0-2"

// allObjects returns the namespaces, then the workloads, all amounts divided by
// share.
func allObjects(share int64) (objects []any) {
	for _, name := range slices.Sorted(maps.Keys(namespaces)) {
		objects = append(objects, &corev1.Namespace{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name,
				Labels: map[string]string{"team": namespaces[name], demoLabel: "true"}},
		})
	}
	for _, w := range workloads {
		objects = append(objects, w.dividedBy(share).object())
	}
	return objects
}

func (w workload) object() any {
	meta := metav1.ObjectMeta{Namespace: w.namespace, Name: w.name}
	selector := &metav1.LabelSelector{MatchLabels: w.labels()}
	apps := func(kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: "apps/v1", Kind: kind} }
	switch w.kind {
	case "Deployment":
		return &appsv1.Deployment{TypeMeta: apps(w.kind), ObjectMeta: meta, Spec: appsv1.DeploymentSpec{
			Replicas: new(w.replicas), Selector: selector, Template: w.template()}}
	case "StatefulSet":
		return &appsv1.StatefulSet{TypeMeta: apps(w.kind), ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{
			Replicas: new(w.replicas), Selector: selector, Template: w.template(), ServiceName: w.name,
			PodManagementPolicy: appsv1.ParallelPodManagement}}
	case "DaemonSet":
		return &appsv1.DaemonSet{TypeMeta: apps(w.kind), ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{
			Selector: selector, Template: w.template()}}
	case "CronJob":
		template := w.template()
		template.Spec.RestartPolicy = corev1.RestartPolicyNever
		return &batchv1.CronJob{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: w.kind}, ObjectMeta: meta,
			Spec: batchv1.CronJobSpec{Schedule: "* * * * *", JobTemplate: batchv1.JobTemplateSpec{
				Spec: batchv1.JobSpec{Template: template, TTLSecondsAfterFinished: new(int32(60))}}}}
	default:
		panic("no such kind: " + w.kind)
	}
}

func (w workload) labels() map[string]string { return map[string]string{"app": w.name} }

func (w workload) template() corev1.PodTemplateSpec {
	spec := corev1.PodSpec{
		Containers:                    []corev1.Container{w.container(w.name, w.requests, w.limits)},
		TerminationGracePeriodSeconds: new(int64(1)),
		Volumes: []corev1.Volume{{Name: held, VolumeSource: corev1.VolumeSource{
			EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}}}},
	}
	if w.sidecar != [2]string{} {
		spec.Containers = append(spec.Containers, w.container("proxy", w.sidecar, [2]string{}))
	}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{
			Labels:      w.labels(),
			Annotations: map[string]string{"kwok.x-k8s.io/usage-cpu": w.cpu, "kwok.x-k8s.io/usage-memory": w.memory},
		},
		Spec: spec,
	}
}

func (w workload) container(name string, requests, limits [2]string) corev1.Container {
	return corev1.Container{
		Name: name, Image: image,
		Command:      []string{"sh", "-c", burn},
		VolumeMounts: []corev1.VolumeMount{{Name: held, MountPath: "/" + held, SubPath: name}},
		Env: []corev1.EnvVar{
			{Name: "MILLICORES", Value: strconv.FormatInt(units(w.cpu, resource.Milli), 10)},
			{Name: "MEGABYTES", Value: strconv.FormatInt(units(w.memory, 0)>>20, 10)},
			{Name: "SECONDS_TO_RUN", Value: strconv.Itoa(w.seconds())},
		},
		Resources: corev1.ResourceRequirements{Requests: list(requests), Limits: list(limits)},
	}
}

// held is the volume, in memory, by which a real container holds memory.
const held = "held"

// burn holds memory and spends, in each second, about as many milliseconds of
// CPU as it should: a shell counts to about a million in a second.
const burn = `dd if=/dev/zero of=/held/data bs=1M count=$MEGABYTES 2>/dev/null
second=0
while [ $second -lt $SECONDS_TO_RUN ]; do
  i=0
  while [ $i -lt $((MILLICORES * 1000)) ]; do i=$((i + 1)); done
  second=$((second + 1))
  sleep 1
done`

func units(amount string, scale resource.Scale) int64 {
	q := resource.MustParse(amount)
	return q.ScaledValue(scale)
}

// seconds is how long a real container runs.
func (w workload) seconds() int {
	if w.kind == "CronJob" {
		return 40
	}
	return 1_000_000
}

func list(values [2]string) corev1.ResourceList {
	out := corev1.ResourceList{}
	for i, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if values[i] != "" {
			out[name] = resource.MustParse(values[i])
		}
	}
	return out
}
