package inventory

import (
	"context"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/usage-operator/usage-operator/internal/relist"
)

// +kubebuilder:rbac:groups="",resources=pods;nodes;namespaces,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=replicationcontrollers,verbs=list;watch
// +kubebuilder:rbac:groups=apps,resources=replicasets;deployments;statefulsets;daemonsets,verbs=list;watch
// +kubebuilder:rbac:groups=batch,resources=jobs;cronjobs,verbs=list;watch

var (
	namespaceResource = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}

	// nearKinds stand between a pod and its workload, highKinds are the other
	// built-in kinds that own pods.
	nearKinds = []ownerKind{{replicaSetKind, "replicasets"}, {jobKind, "jobs"}}
	highKinds = []ownerKind{
		{deploymentKind, "deployments"}, {statefulSetKind, "statefulsets"}, {daemonSetKind, "daemonsets"},
		{cronJobKind, "cronjobs"}, {replicationControllerKind, "replicationcontrollers"},
	}
)

// ownerKind is a built-in kind of owners with its resource.
type ownerKind struct {
	groupKind
	plural string
}

func (k ownerKind) resource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.group, Version: "v1", Resource: k.plural}
}

// occupyingNodes selects the pods that occupy a node. A pod that enters or
// leaves the selection comes as added or deleted, so that finished pods are
// neither sent nor held.
const occupyingNodes = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed"

// source is one kind that is read from the API server.
type source struct {
	kind string
	// object is of the type that the watch decodes to.
	object runtime.Object
	list   func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch  func(context.Context, metav1.ListOptions) (watch.Interface, error)
	store  reflected
	// client is asked whether it can stream lists; those of tests cannot.
	client any
}

func podSource(client kubernetes.Interface, namespace string, s reflected) source {
	pods := client.CoreV1().Pods(namespace)
	return source{
		kind:   in(namespace, "pods"),
		object: &corev1.Pod{},
		list: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = occupyingNodes
			return pods.List(ctx, options)
		},
		watch: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = occupyingNodes
			return pods.Watch(ctx, options)
		},
		store:  s,
		client: client,
	}
}

func nodeSource(client kubernetes.Interface, s reflected) source {
	nodes := client.CoreV1().Nodes()
	return source{
		kind:   "nodes",
		object: &corev1.Node{},
		list: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return nodes.List(ctx, options)
		},
		watch:  nodes.Watch,
		store:  s,
		client: client,
	}
}

func metadataSource(client metadata.Interface, r schema.GroupVersionResource, namespace string, s reflected) source {
	objects := client.Resource(r).Namespace(namespace)
	return source{
		kind:   in(namespace, r.GroupResource().String()),
		object: &metav1.PartialObjectMetadata{},
		list: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return objects.List(ctx, options)
		},
		watch:  objects.Watch,
		store:  s,
		client: client,
	}
}

// in names what is read of a namespace; "" is the cluster.
func in(namespace, kind string) string {
	if namespace == "" {
		return kind
	}
	return kind + " in " + namespace
}

// isWithin tells whether something of a namespace is within another; "" is the
// cluster.
func isWithin(namespace, other string) bool { return other == "" || other == namespace }

// run keeps the store up to date until ctx ends.
func (s source) run(ctx context.Context, log logr.Logger) {
	listWatch := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return listCompact(ctx, options, s.list, s.store.compact)
		},
		WatchFuncWithContext: s.watch,
	}
	reflector := cache.NewReflectorWithOptions(
		cache.ToListWatcherWithWatchListSemantics(listWatch, s.client), s.object, s.store,
		cache.ReflectorOptions{Name: "inventory", TypeDescription: s.kind, Logger: &log, Backoff: relist.Backoff()},
	)
	reflector.RunWithContext(klog.NewContext(ctx, log))
}
