package controller

import (
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var now = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)

var available = &standing.Metrics{Available: true, Reason: v1alpha1.ReasonMetricsRead, Message: "The Metrics API answers."}

// source serves what the test puts into it, and keeps count.
type fakeSource struct {
	mu        sync.Mutex
	notSynced bool
	metrics   *standing.Metrics
	// ofNodes are the metrics of nodes.
	ofNodes   *standing.Metrics
	views     map[usage.ID]*usage.View
	served    map[usage.ID]int
	dropped   map[usage.ID]int
	plans     map[usage.ID]*selection.Plan
	needs     map[usage.ID]usage.Need
	intervals map[usage.ID]time.Duration
	restored  map[usage.ID][]*usage.Snapshot
	listeners map[string]func([]usage.ID)
}

var _ Source = (*fakeSource)(nil)

func newFakeSource() *fakeSource {
	return &fakeSource{
		metrics:   available,
		ofNodes:   available,
		views:     map[usage.ID]*usage.View{},
		served:    map[usage.ID]int{},
		dropped:   map[usage.ID]int{},
		plans:     map[usage.ID]*selection.Plan{},
		needs:     map[usage.ID]usage.Need{},
		intervals: map[usage.ID]time.Duration{},
		restored:  map[usage.ID][]*usage.Snapshot{},
		listeners: map[string]func([]usage.ID){},
	}
}

// locked gives access to the fields.
func (s *fakeSource) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *fakeSource) Serve(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration) {
	s.locked(func() {
		s.served[id]++
		s.plans[id], s.needs[id], s.intervals[id] = plan, need, interval
	})
}

func (s *fakeSource) Restore(id usage.ID, _ *selection.Plan, _ usage.Need, _ time.Duration, snapshot *usage.Snapshot) {
	s.locked(func() { s.restored[id] = append(s.restored[id], snapshot) })
}

func (s *fakeSource) Drop(id usage.ID) { s.locked(func() { s.dropped[id]++ }) }

func (s *fakeSource) OnDue(kind string, f func([]usage.ID)) {
	s.locked(func() { s.listeners[kind] = f })
}

func (s *fakeSource) View(id usage.ID) (v *usage.View) {
	s.locked(func() { v = s.views[id] })
	return v
}

func (s *fakeSource) Metrics(target model.Target) (m *standing.Metrics) {
	s.locked(func() {
		if m = s.metrics; target == model.Nodes {
			m = s.ofNodes
		}
	})
	return m
}

func (s *fakeSource) Synced() (synced bool) {
	s.locked(func() { synced = !s.notSynced })
	return synced
}

func (s *fakeSource) Starting(model.Target) bool { return false }

// show gives a report numbers: its pods use so many millicores.
func (s *fakeSource) show(id usage.ID, millicores int64) {
	v := viewOf(millicores)
	s.locked(func() { s.views[id] = v })
}

func viewOf(millicores int64) *usage.View {
	row := usage.Row{Pods: 2, Containers: 2}
	row.Resources[model.CPU] = usage.Amount{
		Observed: true, Usage: model.Sum{}.Plus(millicores * 1_000_000),
		Requests: usage.Denominator{Unset: 2}, Limits: usage.Denominator{Unset: 2},
	}
	row.Resources[model.Memory] = usage.Amount{
		Observed: true, Usage: model.Sum{}.Plus(1 << 30),
		Requests: usage.Denominator{Unset: 2}, Limits: usage.Denominator{Unset: 2},
	}
	group := row
	group.Subject = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}}
	both := usage.Coverage{Expected: 2, Observed: 2}
	return &usage.View{
		SampleTime: now, Resolution: 15 * time.Second, Grouped: true, Pods: both, Containers: both,
		Total: row, Rows: []usage.Row{group}, RowCount: 1,
	}
}

// due tells the reconcilers that a report is due.
func (s *fakeSource) due(id usage.ID) {
	var f func([]usage.ID)
	s.locked(func() { f = s.listeners[id.Kind] })
	f([]usage.ID{id})
}

// looked counts the reconciles of a report that began.
func (s *fakeSource) looked(id usage.ID) (n int) {
	s.locked(func() { n = s.served[id] + s.dropped[id] })
	return n
}

func (s *fakeSource) drops(id usage.ID) (n int) {
	s.locked(func() { n = s.dropped[id] })
	return n
}
