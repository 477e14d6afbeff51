package scale

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// BenchmarkHeap reports what is left on the heap after a collection: a pod in
// the inventory, with its share of owners, nodes and namespaces; in the engine,
// in five reports; and in the reader of the Metrics API with its samples. The
// bar: ≤ 1,500 bytes a pod in all. A report's share is that of the engine.
func BenchmarkHeap(b *testing.B) {
	c := largest()
	url := startAPIServer(b, c, 0)
	for b.Loop() {
		measureHeap(b, c, &rest.Config{Host: url})
	}
}

func measureHeap(b *testing.B, c cluster, config *rest.Config) {
	reports, more := fiveReports(b), namespaced(b, c, mostReports)
	empty := heap()
	inv, stop := readInventory(b, config)
	defer stop()
	inventoried := heap()

	e, feed := usage.New(), inv.Subscribe()
	for _, r := range reports {
		e.Set(r.id, r.plan, usage.Need{Top: 20})
	}
	e.Apply(feed.Drain(nil))
	joined := heap()

	reader, err := metricsapi.New(config, clock.RealClock{})
	if err != nil {
		b.Fatal(err)
	}
	var samples model.Samples
	if err := reader.Read(b.Context(), nil, &samples); err != nil {
		b.Fatal(err)
	}
	e.Tick(&samples)
	ticked := heap()
	if len(samples.Pods) != c.pods() || e.Len() != len(reports) {
		b.Fatalf("%d samples, %d reports", len(samples.Pods), e.Len())
	}
	for _, r := range more {
		e.Set(r.id, r.plan, usage.Need{Top: 20})
	}
	e.Tick(&samples)
	all := heap()
	rows := addRows(b, e)
	withRows := heap()

	perPod := func(bytes float64) float64 { return bytes / float64(c) }
	b.ReportMetric(perPod(inventoried-empty), "inventory-B/pod")
	b.ReportMetric(perPod(joined-inventoried), "engine-B/pod")
	b.ReportMetric(perPod(ticked-joined), "samples-B/pod")
	b.ReportMetric(perPod(ticked-empty), "B/pod")
	b.ReportMetric((all-ticked)/mostReports, "B/report")
	b.ReportMetric((withRows-all)/float64(rows), "B/row")
	runtime.KeepAlive([]any{inv, e, feed, reader, &samples, reports, more})
}

// addRows adds a report with about as many rows as there are pods, and returns
// their number. Each pod's place in them is part of what they take.
func addRows(tb testing.TB, e *usage.Engine) int {
	tb.Helper()
	r := clusterReport(tb, "teams-on-nodes", byTeam, byNode)
	e.Set(r.id, r.plan, usage.Need{Top: 20})
	v, ok := e.View(r.id)
	if !ok {
		tb.Fatal("the report has no view")
	}
	return v.RowCount
}

// readInventory returns an inventory that knows the cluster.
func readInventory(b *testing.B, config *rest.Config) (inv *inventory.Inventory, stop func()) {
	inv, err := inventory.New(config, logr.Discard())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	var running sync.WaitGroup
	running.Go(func() { _ = inv.Start(ctx) })
	if err := inv.WaitForSync(ctx); err != nil {
		b.Fatal(err)
	}
	return inv, func() { cancel(); running.Wait() }
}

// heap is what is in use after a collection. The second one finds what the
// finalizers of the first have let go.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
