package inventory

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// draft is a pod that has no owners yet.
type draft struct {
	pod *model.Pod
	// controller is nil for a pod that nothing controls.
	controller *reference
	// out tells that the pod is not bound to a node or is finished. Of its row
	// only the names are there then.
	out bool
}

func (d draft) identity() (namespace, name, uid string) {
	return d.pod.Namespace, d.pod.Name, d.pod.UID
}

// compactPod keeps what counts of a pod.
func compactPod(p *corev1.Pod, in *interner) draft {
	if !occupiesNode(p) {
		return draft{pod: &model.Pod{UID: string(p.UID), Namespace: p.Namespace, Name: p.Name}, out: true}
	}
	containers, runs := compactContainers(p, in)
	return draft{
		pod: &model.Pod{
			UID:        string(p.UID),
			Namespace:  in.text(p.Namespace),
			Name:       p.Name,
			Node:       in.text(p.Spec.NodeName),
			Labels:     in.labels(p.Labels),
			Containers: containers,
			Started:    runs.started,
			Ran:        runs.ran,
			Restarted:  runs.restarted,
			PodLevel:   podLevel(p),
			StartTime:  unixSeconds(p.Status.StartTime),
		},
		controller: controllerOf(p, in),
	}
}

// occupiesNode tells whether a pod is bound and not finished. One that is being
// deleted still runs.
func occupiesNode(p *corev1.Pod) bool {
	return p.Spec.NodeName != "" && p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed
}

// runs is how containers ran.
type runs struct {
	started        []int64
	ran, restarted bool
}

// compactContainers returns the regular containers and the sidecars by name,
// and how they ran.
func compactContainers(p *corev1.Pod, in *interner) ([]model.Container, runs) {
	infeasible := resizeInfeasible(p)
	type running struct {
		container model.Container
		started   int64
	}
	var r runs
	list := make([]running, 0, len(p.Spec.Containers)+len(p.Spec.InitContainers))
	add := func(c *corev1.Container, statuses []corev1.ContainerStatus) {
		status := statusOf(c.Name, statuses)
		list = append(list, running{
			container: model.Container{Name: c.Name, Resources: declaredBy(c, status, infeasible)},
			started:   startedAt(status),
		})
		r.ran = r.ran || hasRun(status)
		r.restarted = r.restarted || status != nil && status.RestartCount > 0
	}
	for i := range p.Spec.Containers {
		add(&p.Spec.Containers[i], p.Status.ContainerStatuses)
	}
	for i := range p.Spec.InitContainers {
		if c := &p.Spec.InitContainers[i]; isSidecar(c) {
			add(c, p.Status.InitContainerStatuses)
		}
	}
	slices.SortFunc(list, func(a, b running) int { return cmp.Compare(a.container.Name, b.container.Name) })
	containers := make([]model.Container, len(list))
	r.started = make([]int64, len(list))
	for i := range list {
		containers[i], r.started[i] = list[i].container, list[i].started
	}
	return in.containers(containers), r
}

func isSidecar(c *corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// statusOf returns the status of a container, nil where there is none.
func statusOf(name string, statuses []corev1.ContainerStatus) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

// startedAt returns when a container was last started, in Unix seconds; 0 where
// it does not run or nothing is known.
func startedAt(status *corev1.ContainerStatus) int64 {
	if status == nil || status.State.Running == nil {
		return 0
	}
	return unixSeconds(&status.State.Running.StartedAt)
}

// hasRun tells whether a container runs or did so before.
func hasRun(status *corev1.ContainerStatus) bool {
	return status != nil && (status.State.Running != nil || status.State.Terminated != nil ||
		status.LastTerminationState.Terminated != nil || status.RestartCount > 0)
}

func unixSeconds(t *metav1.Time) int64 {
	if t == nil || t.IsZero() {
		return 0
	}
	return t.Unix()
}

// metadataOf returns what the metadata client has decoded.
func metadataOf(obj any) (*metav1.PartialObjectMetadata, error) {
	o, ok := obj.(*metav1.PartialObjectMetadata)
	if !ok {
		return nil, fmt.Errorf("the inventory got a %T in place of metadata", obj)
	}
	return o, nil
}
