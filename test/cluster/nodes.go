package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// simulatedNode is the annotation of the nodes that kwok cares for.
	simulatedNode = "kwok.x-k8s.io/node"
	// resourceMetricsPath is the annotation by which metrics-server finds the numbers of one node among those of the
	// one server that answers for all of them.
	resourceMetricsPath = "metrics.k8s.io/resource-metrics-path"
)

// zones are given to the nodes in turn.
var zones = []string{"zone-a", "zone-b", "zone-c"}

// pool is a sort of node; the pools are given to the nodes in turn.
type pool struct {
	name                      string
	memory, allocatableMemory string
}

var pools = []pool{
	{"general", "128Gi", "124Gi"},
	{"highmem", "256Gi", "252Gi"},
}

// nodeName counts from 1.
func nodeName(number int) string { return fmt.Sprintf("node-%d", number) }

// node describes a node. As on real ones, less can be allocated than there is.
func node(number int) *corev1.Node {
	name := nodeName(number)
	p := pools[(number-1)%len(pools)]
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:       name,
				corev1.LabelOSStable:       "linux",
				corev1.LabelArchStable:     "amd64",
				corev1.LabelTopologyRegion: "local",
				corev1.LabelTopologyZone:   zones[(number-1)%len(zones)],
				"pool":                     p.name,
			},
			Annotations: map[string]string{
				simulatedNode:       "fake",
				resourceMetricsPath: "/metrics/nodes/" + name + "/metrics/resource",
			},
		},
		Status: corev1.NodeStatus{
			Capacity:    resources("32", p.memory),
			Allocatable: resources("31", p.allocatableMemory),
			// kwok would set the address only, and take it away again whenever it finds no host name beside it.
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: localhost},
				{Type: corev1.NodeHostName, Address: name},
			},
		},
	}
}

func resources(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse(cpu),
		corev1.ResourceMemory: resource.MustParse(memory),
		corev1.ResourcePods:   resource.MustParse("110"),
	}
}

// createNodes creates those of the first n nodes that are missing.
func createNodes(ctx context.Context, client kubernetes.Interface, n int) error {
	for number := 1; number <= n; number++ {
		_, err := client.CoreV1().Nodes().Create(ctx, node(number), metav1.CreateOptions{})
		if err != nil && !errors.IsAlreadyExists(err) {
			return fmt.Errorf("create %s: %w", nodeName(number), err)
		}
	}
	return nil
}

// readyNodes counts the ready nodes, and returns an error unless the first n are among them.
func readyNodes(ctx context.Context, client kubernetes.Interface, n int) (int, error) {
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	ready := map[string]bool{}
	for _, node := range list.Items {
		if isReady(node) {
			ready[node.Name] = true
		}
	}
	for number := 1; number <= n; number++ {
		if name := nodeName(number); !ready[name] {
			return len(ready), fmt.Errorf("%s is not ready", name)
		}
	}
	return len(ready), nil
}

func isReady(node corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
