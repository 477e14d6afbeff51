package inventory

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// world is a small cluster in plain words, against which the folded changes of
// an inventory are held.
type world struct {
	fixture
	random *rand.Rand
	uid    int
	pods   map[string]*corev1.Pod // by name
	// parents are the Deployments of the ReplicaSets, by the ReplicaSet's name.
	// They outlive the row, as an owner's answer does.
	parents map[string]string
	rows    map[string]bool
	nodes   map[string]*corev1.Node
}

const (
	someNames       = 12
	someReplicaSets = 4
)

func (w *world) step() {
	switch w.random.IntN(10) {
	case 0, 1, 2:
		w.addPod()
	case 3, 4:
		w.changePod()
	case 5:
		w.deletePod()
	case 6, 7:
		w.changeReplicaSet()
	case 8:
		w.changeNode()
	case 9:
		if w.random.IntN(10) == 0 {
			w.relist()
		}
	}
}

func (w *world) addPod() {
	name := fmt.Sprint("pod-", w.random.IntN(someNames))
	if old := w.pods[name]; old != nil {
		w.delete("pods", old)
	}
	w.uid++
	p := podOf("shop", name, fmt.Sprint("uid-", w.uid), w.shape, w.owner)
	w.pods[name] = p
	w.add("pods", p.DeepCopy())
}

// shape picks what a row holds and what it does not.
func (w *world) shape(p *corev1.Pod) {
	p.Spec.NodeName = []string{"", "node-1", "node-2"}[w.random.IntN(3)]
	p.Status.Phase = []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodRunning, corev1.PodSucceeded}[w.random.IntN(4)]
	p.Labels = map[string]string{"app": fmt.Sprint(w.random.IntN(3))}
	p.Status.PodIP = fmt.Sprint(w.random.IntN(9))
	p.Spec.Containers[0].Resources = requests(fmt.Sprint(w.random.IntN(2)), "")
}

func (w *world) owner(p *corev1.Pod) {
	p.OwnerReferences = nil
	if i := w.random.IntN(someReplicaSets + 1); i > 0 {
		name := fmt.Sprint("rs-", i)
		p.OwnerReferences = controlledBy("apps/v1", "ReplicaSet", name, name)
	}
}

func (w *world) changePod() {
	p := w.anyPod()
	if p == nil {
		return
	}
	p = p.DeepCopy()
	w.shape(p)
	if w.random.IntN(5) == 0 {
		w.owner(p)
	}
	w.pods[p.Name] = p
	w.add("pods", p.DeepCopy())
}

// anyPod returns one of the pods, the same one for the same seed.
func (w *world) anyPod() *corev1.Pod {
	if len(w.pods) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(w.pods))
	return w.pods[names[w.random.IntN(len(names))]]
}

func (w *world) deletePod() {
	if p := w.anyPod(); p != nil {
		delete(w.pods, p.Name)
		w.delete("pods", p)
	}
}

func (w *world) changeReplicaSet() {
	name := fmt.Sprint("rs-", 1+w.random.IntN(someReplicaSets))
	deployment := fmt.Sprint("deploy-", w.random.IntN(3))
	w.parents[name], w.rows[name] = deployment, true
	w.add("replicasets.apps", w.replicaSet(name))
}

func (w *world) replicaSet(name string) *metav1.PartialObjectMetadata {
	return replicaSet("shop", name, name, controlledBy("apps/v1", "Deployment", w.parents[name], w.parents[name]))
}

func (w *world) changeNode() {
	name := fmt.Sprint("node-", w.random.IntN(3))
	if w.random.IntN(3) == 0 {
		delete(w.nodes, name)
		w.delete("nodes", nodeOf(name, nil))
		return
	}
	w.nodes[name] = nodeOf(name, map[string]string{"pool": fmt.Sprint(w.random.IntN(2))}, w.state)
	w.add("nodes", w.nodes[name].DeepCopy())
}

// state picks what a row of a node holds and what it does not.
func (w *world) state(n *corev1.Node) {
	n.Status.Allocatable = list(fmt.Sprint(1+w.random.IntN(2)), "1Gi")
	n.Status.Conditions[0].Status = []corev1.ConditionStatus{corev1.ConditionTrue, corev1.ConditionTrue, corev1.ConditionUnknown}[w.random.IntN(3)]
	n.Status.Conditions[0].Message = fmt.Sprint(w.random.IntN(9))
}

// relist is what a reflector does after a broken watch: some pods went and
// some were recreated meanwhile.
func (w *world) relist() {
	var all []any
	for _, name := range slices.Sorted(maps.Keys(w.pods)) {
		p := w.pods[name]
		switch w.random.IntN(4) {
		case 0:
			delete(w.pods, name)
			continue
		case 1:
			w.uid++
			p = podOf("shop", name, fmt.Sprint("uid-", w.uid), w.shape, w.owner)
			w.pods[name] = p
		}
		all = append(all, p.DeepCopy())
	}
	w.replace("pods", all...)
}

// truth returns the pods that the reader should know by now.
func (w *world) truth() map[string]*model.Pod {
	want := map[string]*model.Pod{}
	for _, p := range w.pods {
		d := compactPod(p, newInterner())
		if d.out {
			continue
		}
		if d.controller != nil {
			name := d.controller.name
			d.pod.Owners = []model.Workload{{Group: "apps", Kind: "ReplicaSet", Name: name}}
			if w.rows[name] {
				d.pod.Owners = append(d.pod.Owners, model.Workload{Group: "apps", Kind: "Deployment", Name: w.parents[name]})
			}
		}
		want[d.pod.UID] = d.pod
	}
	return want
}

func TestFoldedChangesAreTheTruth(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := &world{
				fixture: newFixture(t), random: rand.New(rand.NewPCG(seed, 0)),
				pods: map[string]*corev1.Pod{}, parents: map[string]string{}, rows: map[string]bool{}, nodes: map[string]*corev1.Node{},
			}
			r := newReader(t, w.Inventory)
			for range 2000 {
				w.step()
				if w.random.IntN(8) > 0 {
					continue
				}
				r.drain()
				if diff := gocmp.Diff(sortedPods(w.truth()), sortedPods(r.pods)); diff != "" {
					t.Fatalf("pods (-truth +folded):\n%s", diff)
				}
				nodes := map[string]*model.Node{}
				for name, n := range w.nodes {
					nodes[name] = rowOf(n)
				}
				if diff := gocmp.Diff(nodes, r.nodes); diff != "" {
					t.Fatalf("nodes (-truth +folded):\n%s", diff)
				}
			}
			w.checkLists()
		})
	}
}

// checkLists holds that every row is in the list of its controller, once.
func (w *world) checkLists() {
	w.t.Helper()
	listed := 0
	for uid, c := range w.Inventory.pods.workloads.controllers {
		if c.pods == nil {
			w.t.Errorf("controller %s has no pods", uid)
		}
		for row := c.pods; row != nil; row = row.next {
			listed++
			if row.controller != c || row.next != nil && row.next.prev != row {
				w.t.Errorf("the list of %s is broken at %s", uid, row.pod.Name)
			}
		}
	}
	controlled := 0
	for row := range w.Inventory.pods.all {
		if len(row.pod.Owners) > 0 {
			controlled++
		}
	}
	if listed != controlled {
		w.t.Errorf("%d pods are listed below controllers, %d have one", listed, controlled)
	}
}
