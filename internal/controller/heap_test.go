package controller

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/poller"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// BenchmarkHeapPerReport reports what the operator keeps for a report by
// workload in a namespace of thirty pods, in all: the object in the cache, its
// plan, its place in the schedule, and its rows with the pods' places in them.
// The bar: ≤ 4 KiB.
func BenchmarkHeapPerReport(b *testing.B) {
	n := 5000
	if testing.Short() {
		n = 100
	}
	for b.Loop() {
		p, due := startPoller(b, newNamespaces(b, n))
		byWorkload := []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload}}
		all := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "all"}}
		all.Spec.GroupBy = byWorkload
		statuses := budget.New(budget.DefaultBytesPerSecond)
		cluster := &ReportReconciler{Source: p, Clock: clock.RealClock{}, Budget: statuses, Kind: "ClusterUsageReport"}
		cluster.gather(all)
		due.await(1)

		r := &ReportReconciler{Source: p, Clock: clock.RealClock{}, Budget: statuses, Kind: "UsageReport"}
		before := heap()
		indexer := newIndexer()
		for i := range n {
			o := cachedReport(b, namespaceOf(i), 2)
			if err := indexer.Add(o); err != nil {
				b.Fatal(err)
			}
			r.gather(o)
		}
		due.await(n)
		b.ReportMetric((heap()-before)/float64(n), "B/report")
		runtime.KeepAlive([]any{p, r, cluster, indexer})
	}
}

// BenchmarkHeapPerRow reports what a published row adds to our cache of the
// reports. The bar: ≤ 0.7 KB.
func BenchmarkHeapPerRow(b *testing.B) {
	n, rows := 500, 100
	if testing.Short() {
		n = 20
	}
	for b.Loop() {
		var indexers [2]cache.Indexer
		var kept [2]float64
		for i, rows := range []int{0, rows} {
			before := heap()
			indexers[i] = newIndexer()
			for report := range n {
				if err := indexers[i].Add(cachedReport(b, namespaceOf(report), rows)); err != nil {
					b.Fatal(err)
				}
			}
			kept[i] = heap() - before
		}
		// Below 0 is what the runtime itself happens to have let go.
		b.ReportMetric(max(kept[1]-kept[0], 0)/float64(n*rows), "B/row")
		b.ReportMetric(kept[1]/float64(n), "B/report-of-100-rows")
		runtime.KeepAlive(indexers)
	}
}

func newIndexer() cache.Indexer {
	return cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
}

// cachedReport is a report as it enters the cache: decoded, then compacted.
func cachedReport(b *testing.B, namespace string, rows int) *v1alpha1.UsageReport {
	b.Helper()
	stored := published()
	stored.Namespace, stored.Name, stored.UID = namespace, "by-workload", types.UID(namespace)
	stored.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload}}
	stored.Spec.Interval = "1h"
	stored.Status = report.Build(busyView(rows, 1))
	for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionMetricsAvailable, v1alpha1.ConditionComplete} {
		stored.Status.Conditions = append(stored.Status.Conditions, v1alpha1.Condition{
			Type: kind, Status: "True", Reason: "Reported", Message: "The report shows 30 of 30 pods.", ObservedGeneration: 3,
		})
	}
	text, err := json.Marshal(stored)
	if err != nil {
		b.Fatal(err)
	}
	decoded := &v1alpha1.UsageReport{}
	if err := json.Unmarshal(text, decoded); err != nil {
		b.Fatal(err)
	}
	if _, err := Compact(decoded); err != nil {
		b.Fatal(err)
	}
	return decoded
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// namespaces is a cluster of namespaces with two Deployments of fifteen pods
// each, for a poller: its inventory, its feed and its Metrics API.
type namespaces struct {
	changes []model.Change
	// answer is always the same, so that it takes the same memory at any time.
	answer []byte
}

func namespaceOf(i int) string { return fmt.Sprintf("team-%05d", i) }

func newNamespaces(b *testing.B, n int) *namespaces {
	c := &namespaces{}
	list := &metrics.PodMetricsList{TypeMeta: metav1.TypeMeta{APIVersion: "metrics.k8s.io/v1beta1", Kind: "PodMetricsList"}}
	used := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1m"), corev1.ResourceMemory: resource.MustParse("1Mi")}
	at := metav1.Now()
	for i := range 30 * n {
		name, workload := fmt.Sprintf("storefront-%05d-5c8f9d7b6-%06d", i/15, i), fmt.Sprintf("storefront-%05d", i/15)
		c.changes = append(c.changes, model.Change{Pod: &model.Pod{
			UID: name, Namespace: namespaceOf(i / 30), Name: name, Node: "node-1", StartTime: 1,
			Owners:     []model.Workload{{Group: "apps", Kind: "Deployment", Name: workload}},
			Containers: []model.Container{{Name: "app"}}, Started: []int64{1}, Ran: true,
		}})
		list.Items = append(list.Items, metrics.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(i / 30), Name: name},
			Timestamp:  at, Window: metav1.Duration{Duration: 15 * time.Second},
			Containers: []metrics.ContainerMetrics{{Name: "app", Usage: used}},
		})
	}
	var body bytes.Buffer
	if err := protobuf.NewSerializer(scheme, scheme).Encode(list, &body); err != nil {
		b.Fatal(err)
	}
	c.answer = body.Bytes()
	return c
}

// RoundTrip is the Metrics API.
func (c *namespaces) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/v1beta1/pods") {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(c.answer)), Request: r}, nil
}

// Drain implements poller.Feed: nothing changes once all is known.
func (c *namespaces) Drain(into []model.Change) []model.Change {
	into = append(into, c.changes...)
	c.changes = nil
	return into
}

func (c *namespaces) Close()                            {}
func (c *namespaces) WaitForSync(context.Context) error { return nil }
func (c *namespaces) HasSynced() bool                   { return true }
func (c *namespaces) WantTop(bool)                      {}
func (c *namespaces) Climbing() bool                    { return false }

// dueReports counts the reports that became due.
type dueReports chan int

func (d dueReports) await(n int) {
	for n > 0 {
		n -= <-d
	}
}

// startPoller runs a poller until the benchmark ends.
func startPoller(b *testing.B, c *namespaces) (*poller.Poller, dueReports) {
	reader, err := metricsapi.New(&rest.Config{Host: "http://cluster", Transport: c}, clock.RealClock{})
	if err != nil {
		b.Fatal(err)
	}
	p := poller.New(reader, c, func() poller.Feed { return c }, clock.RealClock{}, logr.Discard())
	due := make(dueReports, 10_000)
	for _, kind := range []string{"UsageReport", "ClusterUsageReport"} {
		p.OnDue(kind, func(ids []usage.ID) { due <- len(ids) })
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Start(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return p, due
}
