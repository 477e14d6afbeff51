package usage

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// Need is what a report's view must hold.
type Need struct {
	// Top is the number of rows that are kept; the rest is summed.
	Top int
	// By ranks the rows, largest first.
	By Order
}

// Order ranks rows by a measure of a resource.
type Order struct {
	Resource model.Resource
	Measure  Measure
}

// Measure is a value of a row.
type Measure uint8

// The measures that rank rows.
const (
	Usage Measure = iota
	Requests
	PercentOfRequests
	PercentOfAllocatable
)

// report is a plan and the rows that it yields.
type report struct {
	plan *selection.Plan
	need Need
	// total is kept only where the rows do not add up to it.
	total row
	rows  map[model.Subject]*row
	// reads is how often the Metrics API had been read when the report was set.
	reads uint64
	// unsampledRuns counts the pods that ran and left without a sample.
	unsampledRuns int
}

func newReport(plan *selection.Plan, need Need, reads uint64) *report {
	return &report{plan: plan, need: need, reads: reads, rows: map[model.Subject]*row{}}
}

// addsUp tells whether the total is the sum of the rows, because each pod is in
// just one of them.
func (r *report) addsUp() bool { return r.plan.Grouped() && !r.plan.ByContainer() }

// row returns the row of a subject, a new one where there is none.
func (r *report) row(s model.Subject) *row {
	w, ok := r.rows[s]
	if !ok {
		w = &row{subject: s}
		r.rows[s] = w
	}
	return w
}

// join makes a pod a member of the rows of a report that it belongs to.
func (e *Engine) join(p *pod, r *report) {
	facts := e.inventory.facts(p.Pod)
	containers, ok := r.plan.Select(facts)
	if !ok {
		return
	}
	if !r.addsUp() {
		e.enter(p, r, &r.total, share{containers: containers})
	}
	for _, part := range r.plan.Parts(facts, containers) {
		e.enter(p, r, r.row(part.Subject), share{containers: part.Containers, single: part.Single})
	}
}

// enter adds a share of a pod to a row, with what it was last seen to use.
func (e *Engine) enter(p *pod, r *report, w *row, s share) {
	m := membership{owner: r, row: w}
	if s.containers != nil {
		m.share = &s
	}
	d := declares(p.Pod, s)
	w.declared.add(&d)
	if p.sample.current {
		w.observe(e.tick, p.observedIn(&m, &observed{}))
	}
	p.memberships = append(p.memberships, m)
}

// leave ends a pod's memberships in a report.
func (e *Engine) leave(p *pod, r *report) {
	p.memberships = slices.DeleteFunc(p.memberships, func(m membership) bool {
		if m.owner != r {
			return false
		}
		e.quit(p, &m)
		return true
	})
}

// quit takes a pod out of a row. Rows without pods vanish.
func (e *Engine) quit(p *pod, m *membership) {
	d := declares(p.Pod, m.of())
	m.row.declared.sub(&d)
	if p.sample.current {
		m.row.withdraw(e.tick, p.observedIn(m, &observed{}))
	}
	if m.row.declared.pods == 0 && m.row != &m.owner.total {
		delete(m.owner.rows, m.row.subject)
	}
}
