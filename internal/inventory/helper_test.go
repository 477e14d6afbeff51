package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/go-logr/logr"
	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/usage-operator/usage-operator/internal/model"
)

// fixture is an inventory whose stores the test fills in place of reflectors.
type fixture struct {
	*Inventory
	t testing.TB
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	inv, err := New(&rest.Config{Host: "http://127.0.0.1:1"}, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	inv.workloads().distant.kinds = map[groupKind]served{
		{"argoproj.io", "Rollout"}:                      {"v1alpha1", "rollouts", true},
		{"jobset.x-k8s.io", "JobSet"}:                   {"v1alpha2", "jobsets", true},
		{"leaderworkerset.x-k8s.io", "LeaderWorkerSet"}: {"v1", "leaderworkersets", true},
		{"example.org", "ReplicaSet"}:                   {"v1", "replicasets", true},
		{"example.org", "Fleet"}:                        {"v1", "fleets", false},
	}
	return fixture{inv, t}
}

func (f fixture) store(kind string) reflected {
	f.t.Helper()
	sources := slices.Concat(f.sources, f.high)
	at := slices.IndexFunc(sources, func(s source) bool { return s.kind == kind })
	if at < 0 {
		f.t.Fatalf("no source of %s", kind)
	}
	return sources[at].store
}

func (f fixture) add(kind string, objs ...any) {
	f.t.Helper()
	for _, o := range objs {
		if err := f.store(kind).Add(o); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f fixture) delete(kind string, obj any) {
	f.t.Helper()
	if err := f.store(kind).Delete(obj); err != nil {
		f.t.Fatal(err)
	}
}

func (f fixture) replace(kind string, objs ...any) {
	f.t.Helper()
	if err := f.store(kind).Replace(objs, "1"); err != nil {
		f.t.Fatal(err)
	}
}

// reader folds the changes of a feed, as the engine does, and fails on those
// that contradict what it was told before.
type reader struct {
	t          testing.TB
	feed       *Feed
	pods       map[string]*model.Pod // by UID
	names      map[podKey]string     // UID
	namespaces map[string]model.Labels
	nodes      map[string]*model.Node
	quotas     map[quotaKey]model.Quota
}

func newReader(t testing.TB, inv *Inventory) *reader {
	return &reader{
		t: t, feed: inv.Subscribe(),
		pods: map[string]*model.Pod{}, names: map[podKey]string{},
		namespaces: map[string]model.Labels{}, nodes: map[string]*model.Node{},
		quotas: map[quotaKey]model.Quota{},
	}
}

// drain folds what is new and returns it in words, sorted, but for Gone, which
// stay in front.
func (r *reader) drain() []string {
	r.t.Helper()
	var gone, came []string
	for _, c := range r.feed.Drain(nil) {
		word := r.fold(c)
		if c.Gone {
			gone = append(gone, "-"+word)
		} else {
			came = append(came, "+"+word)
		}
	}
	slices.Sort(gone)
	slices.Sort(came)
	return append(gone, came...)
}

func (r *reader) fold(c model.Change) string {
	r.t.Helper()
	switch {
	case c.Pod != nil:
		r.foldPod(c.Pod, c.Gone)
		return fmt.Sprintf("%s/%s %s", c.Pod.Namespace, c.Pod.Name, c.Pod.UID)
	case c.Namespace != nil:
		fold(r.t, r.namespaces, c.Namespace.Name, c.Namespace.Labels, c.Gone)
		return "namespace " + c.Namespace.Name
	case c.Node != nil:
		fold(r.t, r.nodes, c.Node.Name, c.Node, c.Gone)
		return "node " + c.Node.Name
	case c.Quota != nil:
		r.foldQuota(c.Quota, c.Gone)
		return fmt.Sprintf("quota %s/%s", c.Quota.Namespace, c.Quota.Name)
	default:
		r.t.Fatal("a change of nothing")
		return ""
	}
}

func (r *reader) foldPod(p *model.Pod, gone bool) {
	r.t.Helper()
	key := podKey{p.Namespace, p.Name}
	known, named := r.names[key]
	if gone {
		if known != p.UID {
			r.t.Fatalf("%v %s is gone, but the reader knows %q", key, p.UID, known)
		}
		delete(r.names, key)
		delete(r.pods, p.UID)
		return
	}
	if named && known != p.UID {
		r.t.Fatalf("%v %s has come before %s was gone", key, p.UID, known)
	}
	if before := r.pods[p.UID]; before != nil && gocmp.Equal(before, p) {
		r.t.Fatalf("%v was told again without a change", key)
	}
	r.names[key] = p.UID
	r.pods[p.UID] = p
}

func fold[T any](t testing.TB, into map[string]T, name string, current T, gone bool) {
	t.Helper()
	before, known := into[name]
	if gone {
		if !known {
			t.Fatalf("%s is gone, but the reader never heard of it", name)
		}
		delete(into, name)
		return
	}
	if known && gocmp.Equal(before, current) {
		t.Fatalf("%s was told again without a change", name)
	}
	into[name] = current
}

func (r *reader) foldQuota(q *model.Quota, gone bool) {
	r.t.Helper()
	key := keyOf(q)
	before, known := r.quotas[key]
	if gone {
		if !known {
			r.t.Fatalf("quota %v is gone, but the reader never heard of it", key)
		}
		delete(r.quotas, key)
		return
	}
	if known && before == *q {
		r.t.Fatalf("quota %v was told again without a change", key)
	}
	r.quotas[key] = *q
}

// expect drains and compares.
func (r *reader) expect(want ...string) {
	r.t.Helper()
	if diff := gocmp.Diff(want, r.drain()); diff != "" {
		r.t.Fatalf("changes (-want +got):\n%s", diff)
	}
}

func (r *reader) pod(uid string) *model.Pod {
	r.t.Helper()
	p := r.pods[uid]
	if p == nil {
		r.t.Fatalf("the reader does not know pod %s", uid)
	}
	return p
}

// owners returns the owners of a pod in words.
func (r *reader) owners(uid string) []string {
	r.t.Helper()
	var words []string
	for _, o := range r.pod(uid).Owners {
		words = append(words, o.Kind+"/"+o.Name)
	}
	return words
}

func (r *reader) expectOwners(uid string, want ...string) {
	r.t.Helper()
	if diff := gocmp.Diff(want, r.owners(uid)); diff != "" {
		r.t.Fatalf("owners of %s (-want +got):\n%s", uid, diff)
	}
}

// podOf returns a bound, running pod with one container.
func podOf(namespace, name, uid string, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: name, UID: types.UID(uid),
			Labels:        map[string]string{"app": "web"},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubelet"}},
		},
		Spec: corev1.PodSpec{
			NodeName:   "node-1",
			Containers: []corev1.Container{{Name: "main", Resources: requests("100m", "64Mi")}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func requests(cpu, memory string) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{Requests: list(cpu, memory)}
}

// list returns a resource list; "" leaves a resource out.
func list(cpu, memory string) corev1.ResourceList {
	l := corev1.ResourceList{}
	if cpu != "" {
		l[corev1.ResourceCPU] = resource.MustParse(cpu)
	}
	if memory != "" {
		l[corev1.ResourceMemory] = resource.MustParse(memory)
	}
	return l
}

// ownedBy gives a pod a controller.
func ownedBy(apiVersion, kind, name, uid string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.OwnerReferences = controlledBy(apiVersion, kind, name, uid) }
}

func controlledBy(apiVersion, kind, name, uid string) []metav1.OwnerReference {
	yes := true
	return []metav1.OwnerReference{
		{APIVersion: "example.org/v1", Kind: "Onlooker", Name: "other", UID: "other"},
		{APIVersion: apiVersion, Kind: kind, Name: name, UID: types.UID(uid), Controller: &yes},
	}
}

// metadataObject returns what the metadata client would have decoded.
func metadataObject(namespace, name, uid string, owners []metav1.OwnerReference) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(uid), OwnerReferences: owners,
	}}
}

func labelled(name string, labels map[string]string) *metav1.PartialObjectMetadata {
	o := metadataObject("", name, "uid-"+name, nil)
	o.Labels = labels
	return o
}

// nodeOf returns a node that is Ready and has 4 cores and 16Gi.
func nodeOf(name string, labels map[string]string, change ...func(*corev1.Node)) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name), Labels: labels, CreationTimestamp: began},
		Status: corev1.NodeStatus{
			Allocatable: list("4", "16Gi"),
			Conditions:  []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	}
	for _, c := range change {
		c(n)
	}
	return n
}

// sortedPods returns pods by UID.
func sortedPods(m map[string]*model.Pod) []*model.Pod {
	return slices.SortedFunc(maps.Values(m), func(a, b *model.Pod) int { return cmp.Compare(a.UID, b.UID) })
}
