package inventory

import (
	"context"
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestPodsComeChangeAndGo(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	r.expect()

	f.add("pods", podOf("shop", "web", "1"), podOf("shop", "web", "2", func(p *corev1.Pod) { p.Name = "db" }))
	r.expect("+shop/db 2", "+shop/web 1")

	// The status of a pod changes often, and seldom in what a row holds.
	f.add("pods", podOf("shop", "web", "1", func(p *corev1.Pod) {
		p.ResourceVersion = "9"
		p.Status.PodIP = "10.0.0.1"
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady}}
	}))
	r.expect()

	f.add("pods", podOf("shop", "web", "1", func(p *corev1.Pod) {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{runningSince("main", began)}
	}))
	r.expect("+shop/web 1")

	f.add("pods", podOf("shop", "web", "1", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }))
	f.delete("pods", podOf("shop", "db", "2"))
	r.expect("-shop/db 2", "-shop/web 1")

	f.delete("pods", podOf("shop", "db", "2"))
	f.add("pods", podOf("shop", "job", "3", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }))
	r.expect()
}

func TestDeleteUsesKeyAndUIDOnly(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "web", "2"), podOf("shop", "db", "3"), podOf("shop", "api", "4"))
	r.expect("+shop/api 4", "+shop/db 3", "+shop/web 2")

	f.delete("pods", podOf("shop", "web", "1"))
	r.expect()
	// As a selector sends it: what left, in the state in which it left.
	f.delete("pods", podOf("shop", "web", "2", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }))
	r.expect("-shop/web 2")
	f.delete("pods", cache.DeletedFinalStateUnknown{Key: "shop/db", Obj: podOf("shop", "db", "old")})
	r.expect("-shop/db 3")
	compacted, err := f.store("pods").Transformer()(podOf("shop", "api", "4"))
	if err != nil {
		t.Fatal(err)
	}
	f.delete("pods", compacted)
	r.expect("-shop/api 4")

	if err := f.store("pods").Delete(42); err == nil {
		t.Error("a number was deleted")
	}
}

func TestRecreatedPodGoesBeforeItComes(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "db-0", "1"))
	r.expect("+shop/db-0 1")

	f.delete("pods", podOf("shop", "db-0", "1"))
	f.add("pods", podOf("shop", "db-0", "2"))
	r.expect("-shop/db-0 1", "+shop/db-0 2")

	f.add("pods", podOf("shop", "db-0", "3"))
	r.expect("-shop/db-0 2", "+shop/db-0 3")

	f.replace("pods", podOf("shop", "db-0", "4"))
	r.expect("-shop/db-0 3", "+shop/db-0 4")
}

func TestReplaceTellsTheDifference(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.replace("pods", podOf("shop", "web", "1"), podOf("shop", "db", "2"), podOf("shop", "api", "3"))
	r.expect("+shop/api 3", "+shop/db 2", "+shop/web 1")

	compacted, err := f.store("pods").Transformer()(podOf("shop", "new", "4"))
	if err != nil {
		t.Fatal(err)
	}
	f.replace("pods",
		podOf("shop", "web", "1"),
		podOf("shop", "db", "2", func(p *corev1.Pod) { p.Spec.NodeName = "node-2" }),
		podOf("shop", "done", "5", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		compacted)
	r.expect("-shop/api 3", "+shop/db 2", "+shop/new 4")

	f.replace("pods")
	r.expect("-shop/db 2", "-shop/new 4", "-shop/web 1")
}

func TestNamespacesChangeWithTheirLabels(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.replace("namespaces", labelled("a", map[string]string{"team": "x"}), labelled("b", nil))
	r.expect("+namespace a", "+namespace b")

	again := labelled("a", map[string]string{"team": "x"})
	again.Annotations, again.ResourceVersion = map[string]string{"seen": "now"}, "7"
	f.add("namespaces", again)
	r.expect()

	f.add("namespaces", labelled("a", map[string]string{"team": "y", "tier": "1"}))
	r.expect("+namespace a")
	if diff := gocmp.Diff(model.Labels{{Key: "team", Value: "y"}, {Key: "tier", Value: "1"}}, r.namespaces["a"]); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}

	f.delete("namespaces", labelled("b", nil))
	f.delete("namespaces", labelled("unknown", nil))
	r.expect("-namespace b")
	f.replace("namespaces", labelled("c", nil))
	r.expect("-namespace a", "+namespace c")
}

func TestWrongTypesAreRefused(t *testing.T) {
	f := newFixture(t)
	for _, s := range f.sources {
		if err := s.store.Add(&corev1.Secret{}); err == nil {
			t.Errorf("the store of %s took a secret", s.kind)
		}
		if err := s.store.Replace([]any{&corev1.Secret{}}, "1"); err == nil {
			t.Errorf("the store of %s was replaced by a secret", s.kind)
		}
	}
	if f.HasSynced() {
		t.Error("synced by refused lists")
	}
}

func TestSyncedWhenEveryKindWasRead(t *testing.T) {
	f := newFixture(t)
	for i, s := range f.sources {
		if f.HasSynced() {
			t.Fatalf("synced after %d of %d kinds", i, len(f.sources))
		}
		f.replace(s.kind)
		f.replace(s.kind)
	}
	if f.HasSynced() {
		t.Error("synced before the kinds of the API were asked for")
	}
	f.reader.whenRead()
	if !f.HasSynced() {
		t.Error("not synced after all kinds")
	}
	if err := f.WaitForSync(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWaitingTellsWhatIsMissing(t *testing.T) {
	f := newFixture(t)
	f.replace("pods")
	f.replace("nodes")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := f.WaitForSync(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), ": resourcequotas, replicasets.apps, jobs.batch, namespaces, the kinds of the API;") {
		t.Errorf("got %q", err)
	}
}

// TestItemsServeTheReflector holds items to what the reflector's own store
// asks of them.
func TestItemsServeTheReflector(t *testing.T) {
	f := newFixture(t)
	temporary := cache.NewStore(cache.DeletionHandlingMetaNamespaceKeyFunc, cache.WithTransformer(f.store("pods").Transformer()))
	for _, p := range []*corev1.Pod{podOf("shop", "web", "1"), podOf("shop", "done", "2", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed })} {
		if err := temporary.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	if _, known, err := temporary.GetByKey("shop/web"); !known || err != nil {
		t.Errorf("shop/web is known: %v, %v", known, err)
	}
	for _, o := range temporary.List() {
		if m, err := meta.Accessor(o); err != nil || m.GetName() == "" || m.GetUID() == "" {
			t.Errorf("no UID in %+v: %v", o, err)
		}
	}
	f.replace("pods", temporary.List()...)
	r := newReader(t, f.Inventory)
	r.expect("+shop/web 1")
}

func TestManagedFieldsAreNotKept(t *testing.T) {
	o := nodeOf("a", nil, func(n *corev1.Node) { n.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}} })
	i, err := newFixture(t).store("nodes").Transformer()(o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := meta.Accessor(i)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.GetManagedFields()) > 0 {
		t.Error("managed fields were kept")
	}
}
