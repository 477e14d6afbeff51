package main

import "k8s.io/apimachinery/pkg/api/resource"

// workload is a line in the table of what the demo runs.
type workload struct {
	namespace, kind, name string
	replicas              int32
	// cpu and memory are what a pod uses, around which the usage moves.
	cpu, memory string
	// requests and limits are of the main container: cpu, memory; "" is none.
	requests, limits [2]string
	// sidecar is what a second container requests; none where it is empty.
	sidecar [2]string
}

// namespaces are those of the demo and the teams that own them.
var namespaces = map[string]string{"shop": "storefront", "data": "platform", "ops": "platform"}

// workloads are chosen so that the reports have something to tell: some ask for
// far more than they use, some for less, some for nothing, and one lives close
// to its memory limit.
var workloads = []workload{
	{namespace: "shop", kind: "Deployment", name: "web", replicas: 10, cpu: "180m", memory: "210Mi",
		requests: [2]string{"450m", "384Mi"}, limits: [2]string{"", "512Mi"}, sidecar: [2]string{"50m", "64Mi"}},
	{namespace: "shop", kind: "Deployment", name: "cart", replicas: 4, cpu: "60m", memory: "180Mi",
		requests: [2]string{"500m", "1Gi"}, limits: [2]string{"1", "1Gi"}},
	{namespace: "shop", kind: "Deployment", name: "checkout", replicas: 4, cpu: "340m", memory: "460Mi",
		requests: [2]string{"200m", "384Mi"}, limits: [2]string{"1", "512Mi"}},
	{namespace: "data", kind: "StatefulSet", name: "postgres", replicas: 3, cpu: "700m", memory: "1800Mi",
		requests: [2]string{"1", "2Gi"}, limits: [2]string{"2", "2Gi"}},
	{namespace: "data", kind: "Deployment", name: "search", replicas: 4, cpu: "420m", memory: "940Mi",
		requests: [2]string{"500m", "768Mi"}, limits: [2]string{"", "1Gi"}},
	{namespace: "data", kind: "Deployment", name: "queue", replicas: 3, cpu: "90m", memory: "300Mi",
		requests: [2]string{"100m", "512Mi"}},
	{namespace: "data", kind: "CronJob", name: "backup", replicas: 1, cpu: "900m", memory: "120Mi",
		requests: [2]string{"500m", "128Mi"}},
	{namespace: "ops", kind: "DaemonSet", name: "log-agent", cpu: "30m", memory: "90Mi",
		requests: [2]string{"20m", "64Mi"}, limits: [2]string{"", "128Mi"}},
	{namespace: "ops", kind: "Deployment", name: "dashboards", replicas: 2, cpu: "15m", memory: "150Mi"},
	{namespace: "ops", kind: "Deployment", name: "ci-runner", replicas: 4, cpu: "1200m", memory: "700Mi",
		requests: [2]string{"2", "4Gi"}, limits: [2]string{"4", "4Gi"}},
}

// dividedBy returns the workload with all its amounts divided, so that the demo
// fits on a small cluster and tells the same story.
func (w workload) dividedBy(share int64) workload {
	w.cpu, w.memory = part(w.cpu, share), part(w.memory, share)
	for i := range w.requests {
		w.requests[i], w.limits[i] = part(w.requests[i], share), part(w.limits[i], share)
		w.sidecar[i] = part(w.sidecar[i], share)
	}
	return w
}

func part(amount string, share int64) string {
	if amount == "" || share == 1 {
		return amount
	}
	q := resource.MustParse(amount)
	return resource.NewMilliQuantity(max(q.MilliValue()/share, 1), q.Format).String()
}
