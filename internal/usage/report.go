package usage

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// Need is what a report's view must hold.
type Need struct {
	// Window is the length of the trailing window of the statistics; 0 for none.
	Window     time.Duration
	Statistics []Statistic
	// Top is the number of rows that are kept; the rest is summed.
	Top int
	// By ranks the rows, largest first.
	By Order
	// Accounts are the terms of the accounts by period; nil for none. They are
	// kept where there is a Window.
	Accounts *account.Terms
}

func (n *Need) equal(o *Need) bool {
	return n.Top == o.Top && n.By == o.By && n.Window == o.Window && n.Accounts.Equal(o.Accounts) && slices.Equal(n.Statistics, o.Statistics)
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
	total     row
	rows      []*row
	bySubject map[model.Subject]*row
	// series is how many rows have one, and waiting how many had none on the last
	// tick because these were too many.
	series, waiting int
	books           books
	// members are the pods that are selected, in no order.
	members []*pod
	// changed tells that the numbers can be others than those last viewed.
	changed bool
	// reads is how often the Metrics API had been read when the report was set.
	reads uint64
	// unsampledRuns counts the pods that ran and left without a sample.
	unsampledRuns int
}

func newReport(plan *selection.Plan, need Need, reads uint64) *report {
	r := &report{plan: plan, need: need, reads: reads, bySubject: map[model.Subject]*row{}, changed: true}
	r.total.owner = r
	r.books = newBooks(need.Accounts)
	return r
}

// addsUp tells whether the total is the sum of the rows, because each pod is in
// just one of them.
func (r *report) addsUp() bool { return r.plan.Grouped() && !r.plan.ByContainer() }

// row returns the row of a subject, a new one where there is none.
func (r *report) row(s model.Subject) *row {
	w, ok := r.bySubject[s]
	if !ok {
		w = &row{owner: r, subject: s, place: len(r.rows)}
		r.bySubject[s] = w
		r.rows = append(r.rows, w)
	}
	return w
}

func (r *report) removeRow(w *row) {
	if w.series != nil {
		r.series--
	}
	delete(r.bySubject, w.subject)
	last := r.rows[len(r.rows)-1]
	r.rows[w.place], last.place = last, w.place
	r.rows[len(r.rows)-1] = nil
	r.rows = r.rows[:len(r.rows)-1]
}
