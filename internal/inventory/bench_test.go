package inventory

import (
	"fmt"
	"runtime"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The size of the cluster that the bars are set for.
const (
	benchPods      = 150_000
	podsPerOwner   = 5
	benchNodes     = 5_000
	ownersPerSpace = 20
)

// synthetic writes pods as a decoder would, with no string shared between two:
// two containers, five labels and a realistic status each.
type synthetic struct{ wire []byte }

var (
	benchMain  = corev1.ResourceRequirements{Requests: list("250m", "256Mi"), Limits: list("1", "512Mi")}
	benchProxy = requests("100m", "128Mi")
)

func (s *synthetic) pod(t testing.TB, i int) *corev1.Pod {
	t.Helper()
	return s.decoded(t, syntheticPod(i))
}

func syntheticPod(i int) *corev1.Pod {
	owner := i / podsPerOwner
	app, hash := fmt.Sprintf("service-%d", owner), fmt.Sprintf("%010x", owner)
	p := podOf(fmt.Sprintf("team-%d", owner/ownersPerSpace), fmt.Sprintf("%s-%s-%05d", app, hash, i%100_000), uidOf("pod", i),
		ownedBy("apps/v1", "ReplicaSet", app+"-"+hash, uidOf("rs", owner)),
		onNode(fmt.Sprintf("ip-10-0-%d-%d.eu-central-1.compute.internal", i%benchNodes/256, i%benchNodes%256)))
	p.Labels = map[string]string{
		"app.kubernetes.io/name": app, "app.kubernetes.io/instance": app + "-prod", "app.kubernetes.io/managed-by": "Helm",
		"pod-template-hash": hash, "team": p.Namespace,
	}
	p.Annotations = map[string]string{"checksum/config": fmt.Sprintf("%064d", i)}
	p.Spec.Containers = []corev1.Container{
		{Name: "main", Image: "registry.example.org/" + app + ":1.2.3", Resources: benchMain},
		{Name: "istio-proxy", Image: "registry.example.org/proxy:1.2.3", Resources: benchProxy},
	}
	for _, c := range p.Spec.Containers {
		status := runningSince(c.Name, metav1.Unix(1_700_000_000+int64(i), 0))
		status.Image, status.ImageID, status.ContainerID = c.Image, fmt.Sprintf("sha256:%064d", i), fmt.Sprintf("containerd://%064d", i)
		status.AllocatedResources, status.Resources = c.Resources.Requests, &c.Resources
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, status)
	}
	p.Status.StartTime = &began
	return p
}

func (s *synthetic) decoded(t testing.TB, p *corev1.Pod) *corev1.Pod {
	t.Helper()
	if size := p.Size(); size > len(s.wire) {
		s.wire = make([]byte, size)
	}
	n, err := p.MarshalTo(s.wire)
	if err != nil {
		t.Fatal(err)
	}
	var fresh corev1.Pod
	if err := fresh.Unmarshal(s.wire[:n]); err != nil {
		t.Fatal(err)
	}
	return &fresh
}

func uidOf(kind string, i int) string { return fmt.Sprintf("%08d-aaaa-bbbb-cccc-%012s", i, kind) }

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkHeapPerPod measures what a pod costs in a large cluster, with its
// share of what pods have in common, and again with a ReplicaSet for every five
// pods. The bar is 512 bytes for the first.
func BenchmarkHeapPerPod(b *testing.B) {
	for b.Loop() {
		var s synthetic
		before := heap()
		f := newFixture(b)
		for i := range benchPods {
			f.add("pods", s.pod(b, i))
		}
		b.ReportMetric((heap()-before)/benchPods, "bytes/pod")
		for i := 0; i < benchPods; i += podsPerOwner {
			p := s.pod(b, i)
			of := p.OwnerReferences[1]
			f.add("replicasets.apps", replicaSet(p.Namespace, of.Name, string(of.UID),
				controlledBy("apps/v1", "Deployment", p.Labels["app.kubernetes.io/name"], uidOf("d", i))))
		}
		b.ReportMetric((heap()-before)/benchPods, "bytes/pod-with-owners")
		runtime.KeepAlive(f)
	}
}

// BenchmarkHeapPerReplicaSet measures what an old ReplicaSet costs, ten of
// which belong to one Deployment.
func BenchmarkHeapPerReplicaSet(b *testing.B) {
	const replicaSets = 80_000
	for b.Loop() {
		before := heap()
		f := newFixture(b)
		for i := range replicaSets {
			deployment := i / 10
			f.add("replicasets.apps", &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
				Namespace: fmt.Sprintf("team-%d", deployment/ownersPerSpace), Name: fmt.Sprintf("service-%d-%010x", deployment, i),
				UID: types.UID(uidOf("rs", i)), OwnerReferences: controlledBy("apps/v1", "Deployment", fmt.Sprintf("service-%d", deployment), uidOf("d", deployment)),
			}})
		}
		b.ReportMetric((heap()-before)/replicaSets, "bytes/replicaset")
		runtime.KeepAlive(f)
	}
}

// BenchmarkPodUpdate measures an update that changes nothing the row holds,
// which most updates are, and one that does.
func BenchmarkPodUpdate(b *testing.B) {
	var s synthetic
	f := newFixture(b)
	f.replace("pods")
	p := s.pod(b, 1)
	other := s.pod(b, 1)
	other.Status.ContainerStatuses[0].State = corev1.ContainerState{}
	store := f.store("pods")
	b.Run("the same", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := store.Update(p); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := store.Update([]*corev1.Pod{p, other}[i%2]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDrain measures a drain in which one pod in a hundred has changed.
func BenchmarkDrain(b *testing.B) {
	var s synthetic
	f := newFixture(b)
	const pods = 50_000
	var changed [2][]any
	for i := range pods {
		p := s.pod(b, i)
		f.add("pods", p)
		if i%100 == 0 {
			other := p.DeepCopy()
			other.Status.ContainerStatuses[0].State = corev1.ContainerState{}
			changed[0], changed[1] = append(changed[0], other), append(changed[1], p)
		}
	}
	feed := f.Subscribe()
	changes := feed.Drain(nil)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		f.add("pods", changed[i%2]...)
		b.StartTimer()
		if changes = feed.Drain(changes[:0]); len(changes) != pods/100 {
			b.Fatalf("%d changes", len(changes))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(pods/100), "ns/change")
}
