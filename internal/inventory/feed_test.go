package inventory

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

func onNode(name string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Spec.NodeName = name }
}

func TestFirstDrainIsTheWholeInventory(t *testing.T) {
	f := newFixture(t)
	f.add("namespaces", labelled("shop", nil))
	f.add("pods", podOf("shop", "web", "1"))
	r := newReader(t, f.Inventory)
	f.add("nodes", nodeOf("node-1", nil))
	f.add("pods", podOf("shop", "db", "2"))
	f.delete("pods", podOf("shop", "web", "1"))
	r.expect("+namespace shop", "+node node-1", "+shop/db 2")
	r.expect()
}

func TestChangesAreCoalesced(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "web", "1"))
	r.expect("+shop/web 1")

	f.add("pods", podOf("shop", "web", "1", onNode("node-2")), podOf("shop", "web", "1", onNode("node-3")))
	r.expect("+shop/web 1")
	if node := r.pod("1").Node; node != "node-3" {
		t.Errorf("on %s, want node-3", node)
	}

	f.add("pods", podOf("shop", "web", "1"), podOf("shop", "web", "1", onNode("node-3")))
	r.expect()

	f.add("pods", podOf("shop", "brief", "2"))
	f.delete("pods", podOf("shop", "brief", "2"))
	f.add("nodes", nodeOf("brief", nil))
	f.delete("nodes", nodeOf("brief", nil))
	r.expect()

	f.delete("pods", podOf("shop", "web", "1"))
	f.add("pods", podOf("shop", "web", "3"))
	f.delete("pods", podOf("shop", "web", "3"))
	r.expect("-shop/web 1")

	f.add("pods", podOf("shop", "web", "4", ownedByRS))
	r.expect("+shop/web 4")
	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofDeployment), replicaSet("shop", "web-1", "rs-1", nil))
	r.expect()
}

func TestAFeedThatIsNotDrainedHoldsOneMarkPerObject(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "web", "1"))
	r.drain()
	for range 100 {
		f.add("pods", podOf("shop", "web", "1", onNode("node-2")), podOf("shop", "web", "1"), podOf("shop", "brief", "2"))
		f.delete("pods", podOf("shop", "brief", "2"))
	}
	if n := len(r.feed.pods); n != 1 {
		t.Errorf("%d marks, want 1", n)
	}
}

func TestPodsThatLeftComeFirst(t *testing.T) {
	f := newFixture(t)
	feed := f.Subscribe()
	f.add("pods", podOf("shop", "web", "1"))
	f.add("namespaces", labelled("shop", nil))
	f.add("nodes", nodeOf("node-1", nil))
	feed.Drain(nil)

	f.add("pods", podOf("shop", "web", "2"))
	f.add("nodes", nodeOf("node-2", nil))
	f.delete("namespaces", labelled("shop", nil))
	var order []string
	r := reader{t: t, pods: map[string]*model.Pod{"1": {}}, names: map[podKey]string{{"shop", "web"}: "1"},
		namespaces: map[string]model.Labels{"shop": nil}, nodes: map[string]*model.Node{},
	}
	for _, c := range feed.Drain(nil) {
		order = append(order, r.fold(c))
	}
	if diff := gocmp.Diff([]string{"shop/web 1", "namespace shop", "node node-2", "shop/web 2"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestDrainAppends(t *testing.T) {
	f := newFixture(t)
	feed := f.Subscribe()
	f.add("nodes", nodeOf("a", nil))
	changes := feed.Drain(nil)
	f.add("nodes", nodeOf("b", nil))
	if n := len(feed.Drain(changes)); n != 2 {
		t.Errorf("%d changes, want 2", n)
	}
}

func TestASecondFeedBeginsAnew(t *testing.T) {
	f := newFixture(t)
	f.add("pods", podOf("shop", "web", "1"))
	first := newReader(t, f.Inventory)
	first.expect("+shop/web 1")
	first.feed.Close()
	f.add("pods", podOf("shop", "db", "2"))
	first.expect()

	second := newReader(t, f.Inventory)
	second.expect("+shop/db 2", "+shop/web 1")
	both := newReader(t, f.Inventory)
	f.delete("pods", podOf("shop", "db", "2"))
	second.expect("-shop/db 2")
	both.expect("+shop/web 1")
	first.feed.Close()
}
