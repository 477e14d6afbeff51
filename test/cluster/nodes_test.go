package cluster

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestNodes(t *testing.T) {
	for _, tt := range []struct {
		number                   int
		name, pool, zone, memory string
	}{
		{1, "node-1", "general", "zone-a", "128Gi"},
		{2, "node-2", "highmem", "zone-b", "256Gi"},
		{3, "node-3", "general", "zone-c", "128Gi"},
		{4, "node-4", "highmem", "zone-a", "256Gi"},
	} {
		n := node(tt.number)
		if n.Name != tt.name || n.Labels["pool"] != tt.pool || n.Labels[corev1.LabelTopologyZone] != tt.zone {
			t.Errorf("node %d is %s of pool %s in %s, want %+v", tt.number, n.Name, n.Labels["pool"], n.Labels[corev1.LabelTopologyZone], tt)
		}
		if got := n.Status.Capacity.Memory().String(); got != tt.memory {
			t.Errorf("%s has %s of memory, want %s", n.Name, got, tt.memory)
		}
		for name, capacity := range n.Status.Capacity {
			allocatable := n.Status.Allocatable[name]
			if allocatable.IsZero() || allocatable.Cmp(capacity) > 0 {
				t.Errorf("%s can allocate %s of %s %s", n.Name, allocatable.String(), capacity.String(), name)
			}
		}
		if want := "/metrics/nodes/" + tt.name + "/metrics/resource"; n.Annotations[resourceMetricsPath] != want {
			t.Errorf("the numbers of %s are looked for at %s, want %s", n.Name, n.Annotations[resourceMetricsPath], want)
		}
	}
}
