package controller

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestHistory: a pod that uses the same all the time gives a point each minute, and
// a reason to write each five minutes. What is written then has all points.
func TestHistory(t *testing.T) {
	f := idle(t)
	source := &engineSource{f.source, usage.New()}
	source.engine.Apply([]model.Change{{Pod: &model.Pod{
		UID: "1", Namespace: "shop", Name: "web", Containers: []model.Container{{Name: "app"}}, Started: []int64{1}, Ran: true, StartTime: 1,
	}}})
	id := f.create("ClusterUsageReport", "history", 0, func(o v1alpha1.ReportObject) {
		o.Settings().History = &v1alpha1.HistorySettings{Step: "1m", Points: 300}
	})
	r := f.reconciler(id.Kind, source)
	object := f.cached(id)
	r.decide(object)
	var writtenAt []int
	for second := 15; second <= 13*60; second += 15 {
		at := now.Add(time.Duration(second) * time.Second)
		f.clock.SetTime(at)
		source.engine.Tick(constantSample(at))
		before := f.patched(id)
		r.mustReconcile(f, f.cached(id))
		if f.patched(id) > before {
			writtenAt = append(writtenAt, second)
		}
	}
	if diff := cmp.Diff([]int{15, 5*60 + 15, 10*60 + 15}, writtenAt); diff != "" {
		t.Errorf("it was written at these seconds (-want +got):\n%s", diff)
	}
	h := f.get(id).ReportStatus().History
	if h == nil || h.Step != "1m" || len(h.Points) != 11 || h.Points[10].Time != v1alpha1.NewTimestamp(now.Add(10*time.Minute)) {
		t.Fatalf("the stored history is %+v", h)
	}
	want := map[v1alpha1.ResourceName]v1alpha1.Quantity{"cpu": "1000m", "memory": "1024Ki"}
	for _, p := range h.Points {
		if diff := cmp.Diff(want, p.Average) + cmp.Diff(want, p.Maximum); diff != "" {
			t.Errorf("the point of %s (-want +got):\n%s", p.Time, diff)
		}
	}
	if h := f.cached(id).ReportStatus().History; len(h.Points) != 1 || h.Points[0].Average != nil {
		t.Errorf("the cache keeps of the history %+v", h)
	}
}

// constantSample is an answer with a core and a MiB of the pod web.
func constantSample(at time.Time) *model.Samples {
	return &model.Samples{
		ReadTime:   at,
		Pods:       []model.PodSample{{Namespace: "shop", Name: "web", Time: at.Add(-5 * time.Second), Window: 15 * time.Second, Last: 1}},
		Containers: []model.ContainerSample{{Name: "app", Usage: model.Amounts{1_000_000_000, 1 << 20}}},
	}
}
