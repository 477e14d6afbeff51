package scale

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkTick measures whole ticks with each pod in five rows: the answer of
// the Metrics API is scanned, joined with the pods and summed. The join is that
// of an engine with a single report of one row; the sums are what the five
// reports take more. The bar: ≤ 500 ns a pod.
func BenchmarkTick(b *testing.B) {
	sizes := []cluster{1_000, 10_000, largest()}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, c := range sizes {
		b.Run(fmt.Sprintf("pods=%d", c), func(b *testing.B) {
			p, changes := newPipeline(b, c), c.changes()
			one := p.engine(changes, clusterReport(b, "total"))
			five := p.engine(changes, fiveReports(b)...)
			runtime.GC()
			var scan, join, sums, whole least
			for b.Loop() {
				p.scrape()
				read := spent(b, p.read)
				alone := spent(b, func() { one.Tick(&p.samples) })
				all := spent(b, func() { five.Tick(&p.samples) })
				scan.of(read)
				join.of(alone)
				sums.of(all)
				whole.of(read + all)
			}
			perPod := func(l least) float64 { return float64(l) / float64(c) }
			b.ReportMetric(perPod(whole), "ns/pod")
			b.ReportMetric(perPod(scan), "scan-ns/pod")
			b.ReportMetric(perPod(join), "join-ns/pod")
			b.ReportMetric(perPod(sums-join), "sums-ns/pod")
		})
	}
}

// BenchmarkGrowthOfPods reports a tick with twice the pods as a multiple. The
// bar: ≤ 2.2.
func BenchmarkGrowthOfPods(b *testing.B) {
	half, whole := largest()/2, largest()
	x, y := newPipeline(b, half), newPipeline(b, whole)
	few, twice := x.engine(half.changes(), fiveReports(b)...), y.engine(whole.changes(), fiveReports(b)...)
	runtime.GC()
	var small, large least
	for b.Loop() {
		x.scrape()
		y.scrape()
		small.of(spent(b, func() { x.read(); few.Tick(&x.samples) }))
		large.of(spent(b, func() { y.read(); twice.Tick(&y.samples) }))
	}
	b.ReportMetric(float64(large)/float64(small), "×cpu")
}

// BenchmarkGrowthOfReports reports a tick with 5,000 reports as a multiple of
// one with a single report at the same pods: a report over the whole cluster by
// workload, and as many more in namespaces. The bar: ≤ 1.5.
func BenchmarkGrowthOfReports(b *testing.B) {
	c := largest()
	p, changes := newPipeline(b, c), c.changes()
	first := clusterReport(b, "workloads", byWorkload)
	one := p.engine(changes, first)
	all := p.engine(changes, append(namespaced(b, c, mostReports-1), first)...)
	runtime.GC()
	var few, many least
	for b.Loop() {
		p.scrape()
		read := spent(b, p.read)
		few.of(read + spent(b, func() { one.Tick(&p.samples) }))
		many.of(read + spent(b, func() { all.Tick(&p.samples) }))
	}
	b.ReportMetric(float64(many)/float64(few), "×cpu")
	b.ReportMetric(float64(few)/float64(c), "one-ns/pod")
	b.ReportMetric(float64(many)/float64(c), "all-ns/pod")
}
