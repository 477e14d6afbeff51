package inventory

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/test/apiserver"
)

// apiServer returns a real API server without kubelets and controllers.
func apiServer(t *testing.T) *rest.Config {
	t.Helper()
	config := apiserver.Start(t)
	config.QPS = -1
	return config
}

// cluster is an API server together with an inventory of it.
type cluster struct {
	t      *testing.T
	client kubernetes.Interface
	reader *reader
}

func (c cluster) ctx() context.Context { return c.t.Context() }

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// eventually drains until done, and returns all that was drained in words.
func (c cluster) eventually(what string, done func() bool) []string {
	c.t.Helper()
	var words []string
	err := wait.PollUntilContextTimeout(c.ctx(), 5*time.Millisecond, 20*time.Second, true, func(context.Context) (bool, error) {
		words = append(words, c.reader.drain()...)
		return done(), nil
	})
	if err != nil {
		c.t.Fatalf("%s: %v; the last changes were %q", what, err, words[max(0, len(words)-20):])
	}
	return words
}

// knownIn returns the number of pods of a namespace that the reader knows.
func (c cluster) knownIn(namespace string) (n int) {
	for key := range c.reader.names {
		if key.namespace == namespace {
			n++
		}
	}
	return n
}

func (c cluster) knows(p *corev1.Pod) func() bool {
	return func() bool { return c.reader.pods[string(p.UID)] != nil }
}

func (c cluster) knowsNot(p *corev1.Pod) func() bool {
	return func() bool { return c.reader.pods[string(p.UID)] == nil }
}

func (c cluster) create(namespace, name string, change ...func(*corev1.Pod)) *corev1.Pod {
	c.t.Helper()
	p := podOf(namespace, name, "", change...)
	p.ManagedFields = nil
	p.Spec.Containers[0].Image = "example.org/image"
	return must[*corev1.Pod](c.t)(c.client.CoreV1().Pods(namespace).Create(c.ctx(), p, metav1.CreateOptions{}))
}

func (c cluster) patchStatus(p *corev1.Pod, patch string) {
	c.t.Helper()
	must[*corev1.Pod](c.t)(c.client.CoreV1().Pods(p.Namespace).Patch(c.ctx(), p.Name, "application/strategic-merge-patch+json",
		[]byte(`{"status":`+patch+`}`), metav1.PatchOptions{}, "status"))
}

func (c cluster) kill(p *corev1.Pod, seconds int64) {
	c.t.Helper()
	err := c.client.CoreV1().Pods(p.Namespace).Delete(c.ctx(), p.Name, metav1.DeleteOptions{GracePeriodSeconds: &seconds})
	if err != nil {
		c.t.Fatal(err)
	}
}

// many creates enough pods that a list of them has more than one page.
func many(t *testing.T, client kubernetes.Interface, n int) {
	t.Helper()
	var creators sync.WaitGroup
	for worker := range 8 {
		creators.Go(func() {
			for i := worker; i < n; i += 8 {
				p := podOf("many", fmt.Sprint("pod-", i), "")
				p.ManagedFields, p.Spec.Containers[0].Image = nil, "example.org/image"
				if _, err := client.CoreV1().Pods("many").Create(t.Context(), p, metav1.CreateOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	creators.Wait()
}

const manyPods = 2*pageSize + 7

func TestAgainstAnAPIServer(t *testing.T) {
	config := apiServer(t)
	client := kubernetes.NewForConfigOrDie(config)
	must[*corev1.Namespace](t)(client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "many"}}, metav1.CreateOptions{}))
	many(t, client, manyPods)
	for _, mode := range []struct {
		name   string
		refuse bool
		want   asked
	}{
		{"watch-list", false, asked{Streams: 6}},
		// Three pages of pods and one of each other kind.
		{"refused", true, asked{Streams: 6, Pages: 8}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			inv, err := New(config, klog.Background())
			if err != nil {
				t.Fatal(err)
			}
			asked := countRequests(inv, mode.refuse)
			c := cluster{t: t, client: client, reader: newReader(t, inv)}
			run(t, inv)
			c.eventually("all pods", func() bool { return c.knownIn("many") == manyPods })
			if diff := gocmp.Diff(mode.want, asked()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			c.follow(mode.name)
		})
	}
}

// asked counts the requests of an inventory.
type asked struct{ Streams, Pages int }

// countRequests counts the requests for a watch-list stream and for pages of
// lists. If told to it answers the former as a server would that cannot serve
// them.
func countRequests(inv *Inventory, refuse bool) func() asked {
	var mu sync.Mutex
	var count asked
	for i := range inv.sources {
		stream, page := inv.sources[i].watch, inv.sources[i].list
		inv.sources[i].watch = func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			if o.SendInitialEvents == nil {
				return stream(ctx, o)
			}
			mu.Lock()
			defer mu.Unlock()
			count.Streams++
			if refuse {
				return nil, apierrors.NewBadRequest("sendInitialEvents is forbidden")
			}
			return stream(ctx, o)
		}
		inv.sources[i].list = func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			mu.Lock()
			defer mu.Unlock()
			count.Pages++
			return page(ctx, o)
		}
	}
	return func() asked {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

// run starts an inventory, waits for it and stops it with the test.
func run(t *testing.T, inv *Inventory) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := inv.Start(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	waiting, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := inv.WaitForSync(waiting); err != nil {
		t.Fatal(err)
	}
}

// follow changes the cluster and holds the changes of the inventory against it.
func (c cluster) follow(namespace string) {
	c.labels(namespace)
	c.quotas(namespace)
	c.lives(namespace)
	c.owners(namespace)
}

func (c cluster) labels(name string) {
	namespaces, nodes := c.client.CoreV1().Namespaces(), c.client.CoreV1().Nodes()
	must[*corev1.Namespace](c.t)(namespaces.Create(c.ctx(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}))
	must[*corev1.Node](c.t)(nodes.Create(c.ctx(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}))
	must[*corev1.Node](c.t)(nodes.Patch(c.ctx(), name, "application/merge-patch+json", []byte(`{"metadata":{"labels":{"pool":"gpu"}}}`), metav1.PatchOptions{}))
	must[*corev1.Namespace](c.t)(namespaces.Patch(c.ctx(), name, "application/merge-patch+json", []byte(`{"metadata":{"labels":{"team":"x"}}}`), metav1.PatchOptions{}))
	c.eventually("labels", func() bool {
		node := c.reader.nodes[name]
		return node != nil && node.Labels.Get("pool") == "gpu" && c.reader.namespaces[name].Get("team") == "x"
	})
	must[*corev1.Node](c.t)(nodes.Patch(c.ctx(), name, "application/merge-patch+json",
		[]byte(`{"status":{"allocatable":{"cpu":"3500m","memory":"15Gi"},"conditions":[{"type":"Ready","status":"True"}]}}`), metav1.PatchOptions{}, "status"))
	c.eventually("allocatable", func() bool {
		node := c.reader.nodes[name]
		return node.Ready && node.Allocatable.Amounts == model.Amounts{3_500_000_000, 15 << 30} && node.UID != "" && node.CreationTime > 0
	})
	must[*corev1.Node](c.t)(nodes.Patch(c.ctx(), name, "application/merge-patch+json",
		[]byte(`{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","message":"still","lastHeartbeatTime":"2026-01-31T09:00:00Z"}]}}`),
		metav1.PatchOptions{}, "status"))
	if err := nodes.Delete(c.ctx(), name, metav1.DeleteOptions{}); err != nil {
		c.t.Fatal(err)
	}
	words := c.eventually("node gone", func() bool { _, known := c.reader.nodes[name]; return !known })
	if diff := gocmp.Diff([]string{"-node " + name}, words); diff != "" {
		c.t.Errorf("changes after a change of the node's status (-want +got):\n%s", diff)
	}
}

// lives follows pods through their lives.
func (c cluster) lives(namespace string) {
	p := c.create(namespace, "web", func(p *corev1.Pod) { p.Spec.NodeName = "" })
	other := c.create(namespace, "other")
	if words := c.eventually("other pod", c.knows(other)); len(words) != 1 {
		c.t.Errorf("%q, want the other pod only: the first is not bound", words)
	}
	if err := c.client.CoreV1().Pods(namespace).Bind(c.ctx(), &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web", UID: p.UID},
		Target:     corev1.ObjectReference{Kind: "Node", Name: "node-7"},
	}, metav1.CreateOptions{}); err != nil {
		c.t.Fatal(err)
	}
	c.eventually("bound", c.knows(p))
	if node := c.reader.pod(string(p.UID)).Node; node != "node-7" {
		c.t.Errorf("on %q, want node-7", node)
	}

	c.patchStatus(p, `{"phase":"Running","containerStatuses":[{"name":"main","image":"i","imageID":"i","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}`)
	c.eventually("started", func() bool { return c.reader.pod(string(p.UID)).Started[0] == 1767225600 })
	c.patchStatus(p, `{"conditions":[{"type":"Ready","status":"True"}]}`)
	c.patchStatus(other, `{"phase":"Succeeded"}`)
	words := c.eventually("other pod finished", c.knowsNot(other))
	if want := fmt.Sprintf("-%s/other %s", namespace, other.UID); !slices.Equal(words, []string{want}) {
		c.t.Errorf("%q, want %q only", words, want)
	}

	c.kill(p, 30)
	again := c.create(namespace, "marker")
	if words := c.eventually("marker", c.knows(again)); len(words) != 1 || c.knowsNot(p)() {
		c.t.Errorf("%q: a pod that is being deleted still runs", words)
	}
	c.kill(p, 0)
	next := c.create(namespace, "web")
	c.eventually("recreated", func() bool { return c.knows(next)() && c.knowsNot(p)() })
}

func (c cluster) owners(namespace string) {
	yes := true
	late := c.create(namespace, "late", ownedBy("apps/v1", "ReplicaSet", "web-1", "not-yet"))
	c.eventually("late", c.knows(late))
	c.reader.expectOwners(string(late.UID), "ReplicaSet/web-1")

	labels := map[string]string{"app": "web"}
	rs := must[*appsv1.ReplicaSet](c.t)(c.client.AppsV1().ReplicaSets(namespace).Create(c.ctx(), &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "deploy-1", Controller: &yes},
		}},
		Spec: appsv1.ReplicaSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "i"}}},
			},
		},
	}, metav1.CreateOptions{}))
	owned := c.create(namespace, "owned", ownedBy("apps/v1", "ReplicaSet", "web-1", string(rs.UID)))
	c.eventually("owners", func() bool { return c.knows(owned)() && len(c.reader.pod(string(owned.UID)).Owners) == 2 })
	c.reader.expectOwners(string(owned.UID), "ReplicaSet/web-1", "Deployment/web")
	c.reader.expectOwners(string(late.UID), "ReplicaSet/web-1")
}
