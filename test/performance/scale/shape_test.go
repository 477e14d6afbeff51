package scale

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// The shape of the cluster.
const (
	podsPerNamespace = 30
	podsPerWorkload  = 15
	podsPerNode      = 100
	mostPods         = 150_000
	mostReports      = 5000
)

// cluster is one of so many pods.
type cluster int

// largest is the cluster that the bars are set for, or a small one for a short
// run.
func largest() cluster {
	if testing.Short() {
		return 3000
	}
	return mostPods
}

func (c cluster) pods() int       { return int(c) }
func (c cluster) namespaces() int { return int(c) / podsPerNamespace }
func (c cluster) workloads() int  { return int(c) / podsPerWorkload }
func (c cluster) nodes() int      { return (int(c) + podsPerNode - 1) / podsPerNode }

// Of the pod, or namespace, workload, node, with a number. The names of pods
// sort as their numbers do.
func (cluster) namespace(i int) string    { return fmt.Sprintf("team-%05d", i) }
func (cluster) workload(i int) string     { return fmt.Sprintf("storefront-%05d", i) }
func (c cluster) replicaSet(i int) string { return c.workload(i) + "-5c8f9d7b6" }
func (c cluster) pod(i int) string {
	return fmt.Sprintf("%s-%06d", c.replicaSet(i/podsPerWorkload), i)
}
func (c cluster) node(i int) string { return fmt.Sprintf("ip-10-0-%04d.eu-central-1", i) }

func (c cluster) namespaceOf(pod int) string { return c.namespace(pod / podsPerNamespace) }
func (c cluster) nodeOf(pod int) string      { return c.node(pod * 7919 % int(c) / podsPerNode) }

func (c cluster) labelsOf(pod int) map[string]string {
	workload := c.workload(pod / podsPerWorkload)
	return map[string]string{
		"app.kubernetes.io/name": workload, "app.kubernetes.io/instance": workload + "-prod",
		"app.kubernetes.io/managed-by": "Helm", "team": c.namespaceOf(pod), "pod-template-hash": "5c8f9d7b6",
	}
}

// began is when all containers were started.
var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// changes are the pods as the inventory hands them on: what pods of a workload
// have in common is shared.
func (c cluster) changes() (changes []model.Change) {
	declared := model.Declared{Amounts: model.Amounts{250_000_000, 256 << 20}, Set: [model.ResourceCount]bool{true, true}}
	containers := []model.Container{
		{Name: "app", Resources: model.Resources{Requests: declared, Limits: declared}},
		{Name: "istio-proxy", Resources: model.Resources{Requests: declared}},
	}
	var labels model.Labels
	var owners []model.Workload
	for i := range c.pods() {
		if i%podsPerWorkload == 0 {
			labels = model.NewLabels(c.labelsOf(i))
			owners = []model.Workload{
				{Group: "apps", Kind: "ReplicaSet", Name: c.replicaSet(i / podsPerWorkload)},
				{Group: "apps", Kind: "Deployment", Name: c.workload(i / podsPerWorkload)},
			}
		}
		changes = append(changes, model.Change{Pod: &model.Pod{
			UID: uid("pod", i), Namespace: c.namespaceOf(i), Name: c.pod(i), Node: c.nodeOf(i),
			Labels: labels, Owners: owners, Containers: containers,
			Started: []int64{began.Unix(), began.Unix()}, Ran: true, StartTime: began.Unix(),
		}})
	}
	return changes
}

func uid(kind string, i int) string { return fmt.Sprintf("%08d-aaaa-bbbb-cccc-%012s", i, kind) }
