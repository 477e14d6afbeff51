package inventory

import (
	"fmt"
	"maps"
	"testing"
	"unsafe"

	corev1 "k8s.io/api/core/v1"
)

func TestPodsOfATemplateShareWhatTheyHold(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	for i := range 2 {
		f.add("pods", podOf("shop", fmt.Sprint("web-", i), fmt.Sprint(i), func(p *corev1.Pod) {
			p.Namespace = string([]byte("shop"))
			p.Spec.NodeName = string([]byte("node-1"))
			p.Labels = map[string]string{string([]byte("app")): string([]byte("web")), "tier": "1"}
		}))
	}
	r.drain()
	a, b := r.pod("0"), r.pod("1")
	if &a.Labels[0] != &b.Labels[0] {
		t.Error("labels are not shared")
	}
	if &a.Containers[0] != &b.Containers[0] {
		t.Error("containers are not shared")
	}
	for what, pair := range map[string][2]string{"namespace": {a.Namespace, b.Namespace}, "node": {a.Node, b.Node}} {
		if unsafe.StringData(pair[0]) != unsafe.StringData(pair[1]) {
			t.Errorf("%s is not shared", what)
		}
	}
}

func TestKeptStringsDoNotHoldLargerOnes(t *testing.T) {
	large := "a label in a large buffer"
	in := newInterner()
	if s := in.text(large[2:7]); s != "label" || unsafe.StringData(s) == unsafe.StringData(large[2:]) {
		t.Errorf("%q points into the buffer", s)
	}
}

// TestWhatNobodyHoldsIsReleased lets many different pods come and go.
func TestWhatNobodyHoldsIsReleased(t *testing.T) {
	f := newFixture(t)
	unlike := func(i int) *corev1.Pod {
		id := fmt.Sprint(i)
		return podOf("ns-"+id, "web", id, onNode("node-"+id), ownedBy("group-"+id+"/v1", "Kind"+id, "x", "x"), func(p *corev1.Pod) {
			p.Labels = map[string]string{"id": id}
			p.Spec.Containers[0].Name = "c-" + id
		})
	}
	const pods = 6 * minRetired
	for i := range pods {
		f.add("pods", unlike(i))
	}
	k := f.pods.interned.kept
	if len(k.labels) != pods || len(k.containers) != pods || len(k.strings) < 5*pods {
		t.Fatalf("%d label sets, %d container lists and %d strings before", len(k.labels), len(k.containers), len(k.strings))
	}
	for i := range pods - 1 {
		f.delete("pods", unlike(i))
	}
	k = f.pods.interned.kept
	if most := minRetired + 1; len(k.labels) > most || len(k.containers) > most || len(k.strings) > 8*most {
		t.Errorf("%d label sets, %d container lists and %d strings are left for one pod", len(k.labels), len(k.containers), len(k.strings))
	}

	// What lives on is still shared after a sweep.
	last := f.pods.at(podKey{fmt.Sprint("ns-", pods-1), "web"})
	next, err := f.pods.compact(unlike(pods - 1))
	if err != nil {
		t.Fatal(err)
	}
	if &next.pod.Labels[0] != &last.Labels[0] || &next.pod.Containers[0] != &last.Containers[0] {
		t.Error("a living pod's labels or containers are no longer shared")
	}
}

func TestOwnersAreReleased(t *testing.T) {
	f := newFixture(t)
	const owners = 4 * minRetired
	rs := func(i int) any {
		id := fmt.Sprint(i)
		return replicaSet("ns-"+id, "web", id, controlledBy("apps/v1", "Deployment", "web", "of-"+id))
	}
	for i := range owners {
		f.add("replicasets.apps", rs(i))
	}
	for i := range owners {
		f.delete("replicasets.apps", rs(i))
	}
	for _, table := range f.pods.workloads.near {
		if k := table.interned.kept; len(table.rows) > 0 || len(k.references) >= minRetired || len(k.strings) > 2*minRetired {
			t.Errorf("%s: %d rows, %d references and %d strings are left", table.kind.kind, len(table.rows), len(k.references), len(k.strings))
		}
	}
}

func TestLabelSetsAreTheSameInAnyOrder(t *testing.T) {
	in := newInterner()
	labels := map[string]string{}
	for i := range 20 {
		labels[fmt.Sprint("key-", i)] = "v"
	}
	first := in.labels(labels)
	for range 20 {
		if again := in.labels(maps.Clone(labels)); &again[0] != &first[0] {
			t.Fatal("the same labels were kept twice")
		}
	}
	labels["key-0"] = "w"
	if other := in.labels(labels); &other[0] == &first[0] {
		t.Error("other labels were taken for the same")
	}
}
