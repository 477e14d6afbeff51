package scale

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// kind is what the API server serves of one kind.
type kind struct {
	count int
	// list is an empty list of them.
	list runtime.Object
	// object makes the one with a number, and an empty one for -1.
	object func(i int) runtime.Object
}

// objects are those that exist, as a client asks for that wants all of them.
func (c cluster) objects() map[string]kind {
	return map[string]kind{
		"pods":           {c.pods(), &corev1.PodList{TypeMeta: core("PodList")}, c.podObject},
		"nodes":          {c.nodes(), &corev1.NodeList{TypeMeta: core("NodeList")}, c.nodeObject},
		"resourcequotas": {0, &corev1.ResourceQuotaList{TypeMeta: core("ResourceQuotaList")}, quotaObject},
	}
}

// metadata are those that exist, for a client that wants no more of them. There
// are no others.
func (c cluster) metadata() map[string]kind {
	return map[string]kind{
		"replicasets": metadataOf(c.workloads(), c.replicaSetMeta),
		"nodes":       metadataOf(c.nodes(), c.nodeMeta),
		"namespaces":  metadataOf(c.namespaces(), func(i int) metav1.ObjectMeta { return named("ns", c.namespace(i), i) }),
	}
}

func metadataOf(count int, of func(i int) metav1.ObjectMeta) kind {
	form := func(kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: kind} }
	list := &metav1.PartialObjectMetadataList{TypeMeta: form("PartialObjectMetadataList")}
	return kind{count, list, func(i int) runtime.Object {
		o := &metav1.PartialObjectMetadata{TypeMeta: form("PartialObjectMetadata")}
		if i >= 0 {
			o.ObjectMeta = of(i)
		}
		return o
	}}
}

func core(kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: "v1", Kind: kind} }

func named(kind, name string, i int) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, UID: types.UID(uid(kind, i)), ResourceVersion: "1",
		Labels: map[string]string{"kubernetes.io/metadata.name": name, "pool": "general"},
	}
}

func (c cluster) nodeMeta(i int) metav1.ObjectMeta { return named("node", c.node(i), i) }

func (c cluster) nodeObject(i int) runtime.Object {
	n := &corev1.Node{TypeMeta: core("Node")}
	if i < 0 {
		return n
	}
	n.ObjectMeta = c.nodeMeta(i)
	n.Status.Capacity, n.Status.Allocatable = used("32", "128Gi"), used("31", "124Gi")
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
	return n
}

func quotaObject(int) runtime.Object { return &corev1.ResourceQuota{TypeMeta: core("ResourceQuota")} }

func owner(kind, name, id string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, UID: types.UID(id), Controller: new(true)}}
}

func (c cluster) replicaSetMeta(i int) metav1.ObjectMeta {
	meta := named("rs", c.replicaSet(i), i)
	meta.Namespace = c.namespaceOf(i * podsPerWorkload)
	meta.OwnerReferences = owner("Deployment", c.workload(i), uid("deploy", i))
	return meta
}

// ballast gives a pod the size that pods have, of which the operator keeps
// nothing.
var ballast = func() (p corev1.Pod) {
	fields := `{"f:metadata":{` + strings.Repeat(`"f:labels":{".":{},"f:app":{}},`, 100) + `"f:x":{}}}`
	p.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet", FieldsV1: metav1.NewFieldsV1(fields)}}
	main := corev1.Container{Name: "app", Resources: corev1.ResourceRequirements{Requests: used("250m", "256Mi"), Limits: used("1", "512Mi")}}
	for i := range 30 {
		main.Env = append(main.Env, corev1.EnvVar{Name: fmt.Sprint("VARIABLE_", i), Value: strings.Repeat("v", 40)})
	}
	p.Spec.Containers = []corev1.Container{main,
		{Name: "istio-proxy", Resources: corev1.ResourceRequirements{Requests: used("100m", "128Mi")}}}
	for _, container := range p.Spec.Containers {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: container.Name, Ready: true, ContainerID: fmt.Sprintf("containerd://%064d", 1), ImageID: fmt.Sprintf("sha256:%064d", 1),
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(began)}},
		})
	}
	p.Status.Phase, p.Status.StartTime = corev1.PodRunning, new(metav1.NewTime(began))
	return p
}()

func (c cluster) podObject(i int) runtime.Object {
	p := &corev1.Pod{TypeMeta: core("Pod")}
	if i < 0 {
		return p
	}
	p.ObjectMeta = metav1.ObjectMeta{
		Namespace: c.namespaceOf(i), Name: c.pod(i), UID: types.UID(uid("pod", i)), ResourceVersion: "1",
		Labels: c.labelsOf(i), Annotations: map[string]string{"checksum/config": fmt.Sprintf("%064d", i)},
		OwnerReferences: owner("ReplicaSet", c.replicaSet(i/podsPerWorkload), uid("rs", i/podsPerWorkload)),
		ManagedFields:   ballast.ManagedFields,
	}
	p.Spec, p.Status = ballast.Spec, ballast.Status
	p.Spec.NodeName = c.nodeOf(i)
	return p
}
