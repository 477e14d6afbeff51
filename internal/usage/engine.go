package usage

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// ID names a report, or a threshold.
type ID struct {
	Kind      string
	Namespace string
	Name      string
}

// Engine holds the pods, the reports and the sums between them.
type Engine struct {
	mu        sync.Mutex
	inventory inventory
	reports   reports
	nodes     nodes
	// applied, ticks and reads count the calls of Apply, those of Tick or Sum, and
	// those of Tick.
	applied, ticks, reads uint64
	// born is the time of the first tick or sum, and now that of the last.
	born, now  time.Time
	resolution resolution
	gaps       gaps
	maxSeries  int
	windows    memory
	accounts   memory
	// spread is used for one window of a threshold after another.
	spread *sketch.Distribution
}

// New returns an engine that knows no pods and no reports.
func New() *Engine {
	return &Engine{
		inventory: newInventory(), reports: newReports(), nodes: newNodes(), maxSeries: MaxSeries,
		windows: newMemory(DefaultWindowMemory), accounts: newMemory(accountMemory),
	}
}

// Set adds a report or replaces its plan, and tells whether it did. Its rows are
// filled at once from the samples at hand. A plan that is the one before changes
// nothing.
func (e *Engine) Set(id ID, plan *selection.Plan, need Need) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.set(id, plan, need)
}

func (e *Engine) set(id ID, plan *selection.Plan, need Need) bool {
	if plan.Target() == model.Nodes {
		before := e.books(id)
		e.forget(id)
		return e.nodes.set(id, plan, need, before)
	}
	before := e.books(id)
	e.nodes.remove(id)
	if r, ok := e.reports.byID[id]; ok {
		if r.plan == plan {
			if !r.need.equal(&need) {
				e.gaps.short = nil
			}
			r.renew(need)
			return false
		}
		e.drop(id, r)
	}
	e.gaps.short = nil // of what is set here they do not know
	r := newReport(plan, need, e.reads)
	r.books.inherit(before)
	e.reports.add(id, r)
	for _, p := range e.inventory.in(plan.Namespaces()) {
		e.join(p, r)
	}
	return true
}

// books returns the accounts of a report as it is set; nil where it is not.
func (e *Engine) books(id ID) *books {
	if r := e.reports.byID[id]; r != nil {
		return &r.books
	}
	if r := e.nodes.reports[id]; r != nil {
		return &r.books
	}
	return nil
}

// renew gives a report another need. What it showed may not answer that.
func (r *report) renew(need Need) {
	switch {
	case !r.need.Alert.means(need.Alert):
		r.unfollow()
	case r.need.Window != need.Window:
		r.resize(need.Window)
	}
	r.total.series.keep(need.History)
	if !r.need.Accounts.Equal(need.Accounts) {
		r.books.renew(need.Accounts)
	}
	changed := !r.need.equal(&need)
	r.changed = r.changed || changed
	if r.need = need; changed {
		r.watch = newWatch(r)
	}
}

// Remove forgets a report. Without reports there are no ticks, so the samples
// age and are forgotten with the last report: those of pods with the last report
// of pods, those of nodes with the last report of nodes.
func (e *Engine) Remove(id ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forget(id)
	e.nodes.remove(id)
}

// forget forgets a report of pods, and with the last one the samples.
func (e *Engine) forget(id ID) {
	r, ok := e.reports.byID[id]
	if !ok {
		return
	}
	e.drop(id, r)
	if len(e.reports.byID) == 0 {
		e.inventory.forgetSamples()
		e.gaps = gaps{}
	}
}

// drop takes a report's rows out of all memberships.
func (e *Engine) drop(id ID, r *report) {
	e.reports.remove(id)
	for len(r.members) > 0 {
		e.leave(r.members[len(r.members)-1], r)
	}
}

// Changed tells whether a report's numbers can be others than those last viewed.
// Those of nodes are only summed up in a view, so they always can.
func (e *Engine) Changed(id ID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ofNodes := e.nodes.reports[id]; ofNodes {
		return true
	}
	r, ok := e.reports.byID[id]
	return ok && r.changed
}

// Len returns the number of reports.
func (e *Engine) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.reports.byID) + len(e.nodes.reports)
}

// Wants tells whether any report wants the samples of pods, or of nodes.
func (e *Engine) Wants(target model.Target) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if target == model.Nodes {
		return len(e.nodes.reports) > 0
	}
	return len(e.reports.byID) > 0
}

// Climbs tells whether owners beyond the workloads of pods matter to any report.
func (e *Engine) Climbs() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.reports.byID {
		if r.plan.Climbs() {
			return true
		}
	}
	return false
}

// Namespaces returns the namespaces that the reports of pods are limited to; nil
// when one of them wants all, or when reading them all is cheaper.
func (e *Engine) Namespaces() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	wanted := map[string]bool{}
	for _, r := range e.reports.byID {
		if r.plan.Namespaces() == nil {
			return nil
		}
		maps.Copy(wanted, r.plan.Namespaces())
	}
	if !e.inventory.cheaper(wanted) {
		return nil
	}
	return slices.Sorted(maps.Keys(wanted))
}

// Expects tells whether any container runs in the whole cluster, or any node is
// Ready, so that the Metrics API should know one.
func (e *Engine) Expects(target model.Target) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if target == model.Nodes {
		return e.nodes.anyReady()
	}
	return slices.ContainsFunc(e.inventory.order, func(p *pod) bool {
		return slices.ContainsFunc(p.Started, func(started int64) bool { return started != 0 })
	})
}

// Resolution returns the time between two samples of the metrics pipeline, as
// observed; 0 before it is known.
func (e *Engine) Resolution() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.resolution.value
}
