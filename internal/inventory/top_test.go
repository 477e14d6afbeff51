package inventory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/test/series"
)

// custom is a fixture with an API server for owners of custom kinds, at whose
// clock it is now.
type custom struct {
	fixture
	*reader
	now     time.Time
	objects map[string]*metav1.PartialObjectMetadata // by kind and name
	errs    map[string]error                         // by kind
	asked   []string
}

func newCustom(t *testing.T) *custom {
	f := newFixture(t)
	c := &custom{
		fixture: f, reader: newReader(t, f.Inventory), now: time.Unix(1_700_000_000, 0),
		objects: map[string]*metav1.PartialObjectMetadata{}, errs: map[string]error{},
	}
	f.reader.get = func(_ context.Context, l link, _ served) (*metav1.PartialObjectMetadata, error) {
		c.asked = append(c.asked, l.kind+"/"+l.name)
		if err := c.errs[l.kind]; err != nil {
			return nil, err
		}
		if o := c.objects[l.kind+"/"+l.name]; o != nil {
			return o, nil
		}
		return nil, apierrors.NewNotFound(schema.GroupResource{Group: l.group}, l.name)
	}
	return c
}

// has puts a custom object behind the API server.
func (c *custom) has(kind, name, uid string, owners []metav1.OwnerReference) {
	c.objects[kind+"/"+name] = metadataObject("shop", name, uid, owners)
}

// settle reads all that is asked for, and returns what was asked of the server.
func (c *custom) settle() []string {
	c.asked = nil
	for c.Inventory.reader.readNext(c.fixture.t.Context(), c.now) {
	}
	c.drain()
	return c.asked
}

func (c *custom) pass(d time.Duration) {
	c.now = c.now.Add(d)
	c.Inventory.reader.sweep(c.now)
}

func (c *custom) mustAsk(want ...string) {
	c.fixture.t.Helper()
	if diff := gocmp.Diff(want, c.settle()); diff != "" {
		c.fixture.t.Errorf("reads (-want +got):\n%s", diff)
	}
}

// counted returns the counts of reads that are not 0, by result.
func (c *custom) counted() map[string]float64 { return series.Of(c.fixture.t, c.Collectors()) }

var (
	ofRollout = controlledBy("argoproj.io/v1alpha1", "Rollout", "web", "ro-1")
	forbidden = apierrors.NewForbidden(schema.GroupResource{}, "", errors.New("no"))
)

// rollout adds a pod of a Rollout.
func (c *custom) rollout() {
	c.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofRollout))
	c.add("pods", podOf("shop", "web", "1", ownedByRS))
}

func TestTopIsReadOnlyWhenWanted(t *testing.T) {
	c := newCustom(t)
	c.has("Rollout", "web", "ro-1", controlledBy("example.org/v1", "Fleet", "fleet", "fl-1"))
	c.has("Fleet", "fleet", "fl-1", nil)
	c.rollout()
	c.mustAsk()
	c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web")

	c.WantTop(true)
	if !c.Climbing() {
		t.Error("it does not climb when it begins")
	}
	c.mustAsk("Rollout/web", "Fleet/fleet")
	c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web", "Fleet/fleet")
	if last := c.pod("1").Owners[2]; !last.ClusterScoped {
		t.Errorf("%v is taken for namespaced", last)
	}
	c.add("pods", podOf("shop", "web-2", "2", ownedByRS))
	c.mustAsk()
	c.expectOwners("2", "ReplicaSet/web-1", "Rollout/web", "Fleet/fleet")

	c.WantTop(false)
	c.mustAsk()
	c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web")
	if w := c.workloads(); len(w.distant.owners)+len(w.above) > 0 || c.Climbing() {
		t.Errorf("kept: %d distant owners, %d owners above", len(w.distant.owners), len(w.above))
	}
}

// TestLeaderWorkerSet climbs through a pod, in any order of arrival.
func TestLeaderWorkerSet(t *testing.T) {
	objects := map[string]func(c *custom){
		"worker": func(c *custom) {
			c.add("pods", podOf("shop", "llm-0-1", "worker", ownedBy("apps/v1", "StatefulSet", "llm-0", "ss-0")))
		},
		"workers": func(c *custom) {
			c.add("statefulsets.apps", metadataObject("shop", "llm-0", "ss-0", controlledBy("v1", "Pod", "llm-0", "leader")))
		},
		"leader": func(c *custom) {
			c.add("pods", podOf("shop", "llm-0", "leader", ownedBy("apps/v1", "StatefulSet", "llm", "ss")))
		},
		"leaders": func(c *custom) {
			c.add("statefulsets.apps", metadataObject("shop", "llm", "ss", controlledBy("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llm", "lws")))
		},
		"want": func(c *custom) { c.WantTop(true) },
	}
	for range 20 { // maps have a random order
		c := newCustom(t)
		c.has("LeaderWorkerSet", "llm", "lws", nil)
		for what := range maps.Keys(objects) {
			objects[what](c)
			c.drain()
		}
		c.settle()
		c.expectOwners("worker", "StatefulSet/llm-0", "Pod/llm-0", "StatefulSet/llm", "LeaderWorkerSet/llm")
		c.expectOwners("leader", "StatefulSet/llm", "LeaderWorkerSet/llm")
	}
}

// TestLeaderThatIsGone keeps what was known, and another pod of its name is not
// the leader.
func TestLeaderThatIsGone(t *testing.T) {
	c := newCustom(t)
	leader := podOf("shop", "llm-0", "leader", ownedBy("apps/v1", "StatefulSet", "llm", "ss"))
	c.add("pods", leader, podOf("shop", "llm-0-1", "worker", ownedBy("v1", "Pod", "llm-0", "leader")))
	c.drain()
	c.expectOwners("worker", "Pod/llm-0", "StatefulSet/llm")
	c.delete("pods", leader)
	c.add("pods", podOf("shop", "llm-0", "next", ownedBy("apps/v1", "StatefulSet", "other", "ss-2")))
	c.drain()
	c.expectOwners("worker", "Pod/llm-0", "StatefulSet/llm")

	c.add("pods", podOf("shop", "self", "self", ownedBy("v1", "Pod", "self", "self")))
	c.drain()
	c.expectOwners("self", "Pod/self")
}

func TestUnreadableOwnersEndTheWalk(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*custom)
		count string
	}{
		"forbidden":   {func(c *custom) { c.errs["Rollout"] = forbidden }, "Forbidden"},
		"gone":        {func(c *custom) { clear(c.objects) }, "NotFound"},
		"another UID": {func(c *custom) { c.has("Rollout", "web", "ro-2", ofDeployment) }, "NotFound"},
		"failing":     {func(c *custom) { c.errs["Rollout"] = errors.New("broken") }, "Failed"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCustom(t)
			c.has("Rollout", "web", "ro-1", controlledBy("example.org/v1", "Fleet", "fleet", "fl-1"))
			good := maps.Clone(c.objects)
			test.spoil(c)
			c.WantTop(true)
			c.rollout()
			c.mustAsk("Rollout/web")
			c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web")
			if got := c.counted(); got["owner_reads_total "+test.count] != 1 || len(got) != 1 {
				t.Errorf("counted was %v, want one %s", got, test.count)
			}
			c.pass(unknownFor - time.Second)
			c.mustAsk()
			c.objects = good
			clear(c.errs)
			c.pass(time.Second)
			c.mustAsk("Rollout/web", "Fleet/fleet")
			c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web", "Fleet/fleet")

			// From now on the last good answer stays.
			test.spoil(c)
			c.pass(knownFor)
			c.settle()
			c.expectOwners("1", "ReplicaSet/web-1", "Rollout/web", "Fleet/fleet")
		})
	}
}

// TestRefusedKindIsAskedForOnce, however many objects of it there are.
func TestRefusedKindIsAskedForOnce(t *testing.T) {
	c := newCustom(t)
	c.errs["Rollout"] = forbidden
	c.WantTop(true)
	for i := range 50 {
		id := fmt.Sprint(i)
		c.add("pods", podOf("shop", id, id, ownedBy("argoproj.io/v1alpha1", "Rollout", id, id)))
	}
	c.mustAsk("Rollout/0")
	c.pass(unknownFor)
	if asked := c.settle(); len(asked) != 1 {
		t.Errorf("%d reads of a refused kind: %q", len(asked), asked)
	}
}

func TestDistantOwnersWithoutPodsAreForgotten(t *testing.T) {
	c := newCustom(t)
	c.has("Rollout", "web", "ro-1", nil)
	c.WantTop(true)
	c.rollout()
	c.settle()
	c.delete("pods", podOf("shop", "web", "1"))
	c.pass(time.Second)
	if n := len(c.workloads().distant.owners); n != 0 {
		t.Errorf("%d owners are kept", n)
	}
}

func TestDepthAndCirclesOfDistantOwners(t *testing.T) {
	c := newCustom(t)
	rollout := func(name string) []metav1.OwnerReference {
		return controlledBy("argoproj.io/v1alpha1", "Rollout", name, name)
	}
	for i := range 20 {
		c.has("Rollout", fmt.Sprint("deep-", i), fmt.Sprint("deep-", i), rollout(fmt.Sprint("deep-", i+1)))
	}
	c.has("Rollout", "a", "a", rollout("b"))
	c.has("Rollout", "b", "b", rollout("a"))
	c.WantTop(true)
	c.add("pods", podOf("shop", "deep", "1", func(p *corev1.Pod) { p.OwnerReferences = rollout("deep-0") }),
		podOf("shop", "circle", "2", func(p *corev1.Pod) { p.OwnerReferences = rollout("a") }))
	c.settle()
	if got := len(c.pod("1").Owners); got != maxOwners {
		t.Errorf("%d owners, want %d", got, maxOwners)
	}
	c.expectOwners("2", "Rollout/a", "Rollout/b")
}

// TestUnknownKindsAreNotShownToNamespaces, until the API server tells their scope.
func TestUnknownKindsAreNotShownToNamespaces(t *testing.T) {
	c := newCustom(t)
	c.WantTop(true)
	c.add("pods", podOf("shop", "web", "1", ownedBy("new.example.org/v1", "Thing", "thing", "t-1")))
	c.mustAsk()
	want := model.Workload{Group: "new.example.org", Kind: "Thing", Name: "thing", ClusterScoped: true}
	if diff := gocmp.Diff([]model.Workload{want}, c.pod("1").Owners); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	lists := []*metav1.APIResourceList{{GroupVersion: "new.example.org/v1", APIResources: []metav1.APIResource{
		{Kind: "Thing", Name: "things/status", Verbs: []string{"get"}},
		{Kind: "Thing", Name: "things", Namespaced: true, Verbs: []string{"get", "list"}},
	}}}
	r := c.Inventory.reader
	r.kinds = func(context.Context) ([]*metav1.APIResourceList, error) {
		return lists, errors.New("some groups are away")
	}
	if !r.kindsAsked() {
		t.Error("nobody asked for the kind")
	}
	r.readKinds(t.Context(), c.now)
	if _, kept := c.workloads().distant.kinds[groupKind{"argoproj.io", "Rollout"}]; !kept || r.kindsAsked() {
		t.Errorf("kinds of groups that are away are kept: %t; asked for again: %t", kept, r.kindsAsked())
	}
	c.mustAsk("Thing/thing")
	want.ClusterScoped = false
	if diff := gocmp.Diff([]model.Workload{want}, c.pod("1").Owners); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// TestNamespacedOwnerOfAClusterScopedOne has no namespace to be found in.
func TestNamespacedOwnerOfAClusterScopedOne(t *testing.T) {
	c := newCustom(t)
	c.has("Fleet", "fleet", "fl-1", ofRollout)
	c.WantTop(true)
	c.add("pods", podOf("shop", "web", "1", ownedBy("example.org/v1", "Fleet", "fleet", "fl-1")))
	c.mustAsk("Fleet/fleet")
	c.expectOwners("1", "Fleet/fleet")
}
