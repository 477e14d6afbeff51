package controller

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/apiserver"
)

// busyView is a report of so many workloads, each with all that a row can hold.
// All of its numbers depend on the turn.
func busyView(rows, turn int) *usage.View {
	v := &usage.View{
		SampleTime: now.Add(time.Duration(turn) * time.Minute), Resolution: 15 * time.Second, Grouped: true, RowCount: rows,
		Pods: usage.Coverage{Expected: rows, Observed: rows}, Containers: usage.Coverage{Expected: 2 * rows, Observed: 2 * rows},
		Total: busyRow(turn),
	}
	for i := range rows {
		row := busyRow(turn + 7*i)
		row.Subject = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: fmt.Sprintf("storefront-%05d", i)}}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func busyRow(n int) usage.Row {
	row := usage.Row{Pods: 1 + n%9, Containers: 2 + 2*(n%9)}
	for r, unit := range []int64{1_000_000, 1 << 20} {
		of := func(n int) model.Sum { return model.Sum{}.Plus(int64(n) * unit) }
		used := 1000 + n*13
		row.Resources[r] = usage.Amount{
			Observed: true, Usage: of(used),
			Requests: usage.Denominator{Declared: of(2000 + n), Set: 2, Unset: 1, Usage: of(used), Base: of(2000 + n)},
			Limits:   usage.Denominator{Declared: of(4000 + n), Set: 1, Unset: 2, Usage: of(used), Base: of(4000 + n)},
		}
	}
	return row
}

// BenchmarkStatusWrite measures what a write of a status costs the servers: the
// operator's own write, into a real API server that the operator also watches.
// Every number is another one each time.
func BenchmarkStatusWrite(b *testing.B) {
	for _, rows := range []int{20, 100} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			f := idle(b)
			object := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: fmt.Sprintf("of-%d", rows)}}
			if err := f.server.Create(b.Context(), object); err != nil {
				b.Fatal(err)
			}
			f.cached(usage.ID{Kind: "UsageReport", Namespace: object.Namespace, Name: object.Name}) // the watch stands
			w := &writer{client: f.operator}
			turn := 0
			write := func() {
				turn++
				status := report.Build(busyView(rows, turn))
				status.ObservedGeneration = 1
				patch, err := patchOf(object, &change{write: report.Everything, status: status})
				if err == nil {
					err = w.write(b.Context(), object, patch)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			// A server that has just started is busy with itself.
			for range 50 {
				write()
			}
			server, etcd := processorTimes(b)
			for b.Loop() {
				write()
			}
			serverAfter, etcdAfter := processorTimes(b)
			perWrite := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(b.N) }
			b.ReportMetric(perWrite(serverAfter-server), "apiserver-cpu-ms/write")
			b.ReportMetric(perWrite(etcdAfter-etcd), "etcd-cpu-ms/write")
			b.ReportMetric(float64(sizeOf(b, object.Status)), "B/status")
		})
	}
}

func processorTimes(b *testing.B) (server, etcd time.Duration) {
	b.Helper()
	server, err := apiserver.Processor("kube-apiserver")
	if err != nil {
		b.Skip(err)
	}
	if etcd, err = apiserver.Processor("etcd"); err != nil {
		b.Fatal(err)
	}
	return server, etcd
}

func sizeOf(b *testing.B, value any) int {
	b.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		b.Fatal(err)
	}
	return len(text)
}
