//go:build unix

package usage_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// podsPerNamespace and the other shapes make 10,000 workloads of 150,000 pods.
const (
	podsPerNamespace = 30
	podsPerWorkload  = 15
	podsPerNode      = 100
	mostPods         = 150_000
	mostReports      = 5000
)

// large is a cluster with an answer of the Metrics API about it.
type large struct {
	changes []model.Change
	samples model.Samples
	now     time.Time
}

func newLarge(pods int) *large {
	l := &large{now: start}
	web := model.NewLabels(map[string]string{"app": "web", "pod-template-hash": "5c", "team": "x", "tier": "front", "version": "v1"})
	for i := range pods {
		p := newPod(fmt.Sprintf("namespace-%05d", i/podsPerNamespace), fmt.Sprintf("workload-%d-5c8f9d7b6-%05d", i/podsPerWorkload, i), "app", "istio-proxy")
		p.Node = fmt.Sprintf("node-%04d", i*7919%pods/podsPerNode)
		p.Labels = web
		p.Owners = []model.Workload{{Group: "apps", Kind: "ReplicaSet", Name: fmt.Sprint("workload-", i/podsPerWorkload, "-5c")},
			{Group: "apps", Kind: "Deployment", Name: fmt.Sprint("workload-", i/podsPerWorkload)}}
		l.changes = append(l.changes, model.Change{Pod: p})
		l.samples.Pods = append(l.samples.Pods, model.PodSample{
			Namespace: strings.Clone(p.Namespace), Name: strings.Clone(p.Name), Window: 15 * time.Second,
			First: int32(2 * i), Last: int32(2*i + 2)})
		l.samples.Containers = append(l.samples.Containers,
			model.ContainerSample{Name: "app", Usage: model.Amounts{120345, 100 * mi}},
			model.ContainerSample{Name: "istio-proxy", Usage: model.Amounts{20345, 50 * mi}})
	}
	return l
}

// read renews the answer of the Metrics API.
func (l *large) read() *model.Samples {
	l.now = l.now.Add(15 * time.Second)
	l.samples.ReadTime = l.now
	for i := range l.samples.Pods {
		l.samples.Pods[i].Time = l.now
	}
	return &l.samples
}

// setClusterReports adds five reports, each with all pods in its rows.
func setClusterReports(b *testing.B, e *usage.Engine) {
	b.Helper()
	byLabel := v1alpha1.ClusterSelection{}
	byLabel.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPodLabel, Label: "team"}, {Type: v1alpha1.GroupByNode}}
	for i, s := range []v1alpha1.ClusterSelection{
		grouped(v1alpha1.GroupByWorkload), grouped(v1alpha1.GroupByNamespace), grouped(v1alpha1.GroupByNode),
		grouped(v1alpha1.GroupByNamespace, v1alpha1.GroupByWorkload), byLabel,
	} {
		set(b, e, usage.ID{Kind: "ClusterUsageReport", Name: fmt.Sprint(i)}, s, usage.Need{Top: 20})
	}
}

func setNamespacedReports(b *testing.B, e *usage.Engine, n int) {
	b.Helper()
	for i := range n {
		set(b, e, namespacedReport(fmt.Sprintf("namespace-%05d", i)), grouped(v1alpha1.GroupByWorkload), usage.Need{Top: 20})
	}
}

// engine returns one that knows the cluster and a first sample of each pod.
func (l *large) engine(b *testing.B, reports ...func(*usage.Engine)) *usage.Engine {
	b.Helper()
	e := usage.New()
	for _, set := range reports {
		set(e)
	}
	e.Apply(l.changes)
	e.Tick(l.read())
	return e
}

// BenchmarkTick joins and sums; the samples are decoded already.
func BenchmarkTick(b *testing.B) {
	for _, pods := range []int{1000, 10_000, mostPods} {
		b.Run(fmt.Sprintf("pods=%d", pods), func(b *testing.B) {
			l := newLarge(pods)
			e := l.engine(b, func(e *usage.Engine) { setClusterReports(b, e) })
			b.ReportAllocs()
			begin := processorTime(b)
			for b.Loop() {
				e.Tick(l.read())
			}
			b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N*pods), "cpu-ns/pod")
		})
	}
}

// processorTime is what this process has used, so that a figure does not depend
// on what else the machine does.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fastest calls two functions in turn and returns the least processor time of
// each.
func fastest(b *testing.B, x, y func()) (ofX, ofY time.Duration) {
	b.Helper()
	ofX, ofY = time.Hour, time.Hour
	for b.Loop() {
		begin := processorTime(b)
		x()
		middle := processorTime(b)
		y()
		ofX, ofY = min(ofX, middle-begin), min(ofY, processorTime(b)-middle)
	}
	return ofX, ofY
}

// BenchmarkGrowthOfPods reports the time of a tick with twice the pods as a
// multiple.
func BenchmarkGrowthOfPods(b *testing.B) {
	half, whole := newLarge(mostPods/2), newLarge(mostPods)
	reports := func(e *usage.Engine) { setClusterReports(b, e) }
	small, twice := half.engine(b, reports), whole.engine(b, reports)
	x, y := fastest(b, func() { small.Tick(half.read()) }, func() { twice.Tick(whole.read()) })
	b.ReportMetric(float64(y)/float64(x), "ratio")
}

// BenchmarkGrowthOfReports reports the time of a tick with 5,000 more reports,
// one in each namespace, as a multiple.
func BenchmarkGrowthOfReports(b *testing.B) {
	cluster := func(e *usage.Engine) { setClusterReports(b, e) }
	namespaced := func(n int) func(*usage.Engine) {
		return func(e *usage.Engine) { setNamespacedReports(b, e, n) }
	}
	for _, few := range []struct {
		name    string
		reports []func(*usage.Engine)
	}{
		{"from=5-cluster-1-namespaced", []func(*usage.Engine){cluster, namespaced(1)}},
		{"from=1-cluster", []func(*usage.Engine){func(e *usage.Engine) { set(b, e, clusterReport, grouped(v1alpha1.GroupByWorkload), many) }}},
	} {
		b.Run(few.name, func(b *testing.B) {
			l := newLarge(mostPods)
			one, all := l.engine(b, few.reports...), l.engine(b, cluster, namespaced(mostReports))
			x, y := fastest(b, func() { one.Tick(l.read()) }, func() { all.Tick(l.read()) })
			b.ReportMetric(float64(y)/float64(x), "ratio")
			b.ReportMetric(float64(y-x)/mostPods, "more-ns/pod")
		})
	}
}

func BenchmarkApplyOnePod(b *testing.B) {
	l := newLarge(mostPods)
	for _, reports := range []int{1, mostReports} {
		b.Run(fmt.Sprintf("reports=%d", reports), func(b *testing.B) {
			e := l.engine(b, func(e *usage.Engine) { setClusterReports(b, e) }, func(e *usage.Engine) { setNamespacedReports(b, e, reports) })
			p := l.changes[0].Pod
			for b.Loop() {
				p = changed(p, func(p *model.Pod) { p.StartTime++ })
				e.Apply(present(p))
			}
		})
	}
}

func BenchmarkApplyAll(b *testing.B) {
	l := newLarge(mostPods)
	begin := processorTime(b)
	for b.Loop() {
		l.engine(b, func(e *usage.Engine) { setClusterReports(b, e) }, func(e *usage.Engine) { setNamespacedReports(b, e, mostReports) })
	}
	b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N*mostPods), "cpu-ns/pod")
}

func BenchmarkSet(b *testing.B) {
	l := newLarge(mostPods)
	e := l.engine(b, func(e *usage.Engine) { setClusterReports(b, e) })
	begin := processorTime(b)
	for b.Loop() {
		set(b, e, clusterReport, grouped(v1alpha1.GroupByWorkload), many)
	}
	b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N*mostPods), "cpu-ns/pod")
}

func BenchmarkView(b *testing.B) {
	l := newLarge(mostPods)
	for _, test := range []struct {
		name string
		spec v1alpha1.ClusterSelection
	}{
		{"rows=10000", grouped(v1alpha1.GroupByWorkload)},
		{"rows=150000", grouped(v1alpha1.GroupByPod)},
		{"by-container", grouped(v1alpha1.GroupByWorkload, v1alpha1.GroupByContainer)},
	} {
		b.Run(test.name, func(b *testing.B) {
			e := l.engine(b, func(e *usage.Engine) { setClusterReports(b, e) }, func(e *usage.Engine) {
				set(b, e, clusterReport, test.spec, usage.Need{Top: 20})
			})
			for b.Loop() {
				view(b, e, clusterReport)
			}
		})
	}
}

// BenchmarkHeap reports what the engine itself keeps for a pod, beside the
// inventory's row, and for a report.
func BenchmarkHeap(b *testing.B) {
	l := newLarge(mostPods)
	for b.Loop() {
		e := usage.New()
		empty := heap()
		setClusterReports(b, e)
		e.Apply(l.changes)
		e.Tick(l.read())
		pods := heap()
		setNamespacedReports(b, e, mostReports)
		reports := heap()
		b.ReportMetric(float64(pods-empty)/mostPods, "B/pod")
		b.ReportMetric(float64(reports-pods)/mostReports, "B/report")
		runtime.KeepAlive(e)
	}
}
