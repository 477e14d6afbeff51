package usage

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// Need is what a report's view must hold.
type Need struct {
	// Window is the length of the trailing window of the statistics; 0 for none.
	Window     time.Duration
	Statistics []Statistic
	// History is the shape of the history of the total, which is kept beside its
	// window; no points for none.
	History history.Shape
	// Top is the number of rows that are kept; the rest is summed.
	Top int
	// By ranks the rows, largest first.
	By Order
	// Accounts are the terms of the accounts by period; nil for none. They are
	// kept where there is a Window.
	Accounts *account.Terms
	// Alert is what a threshold compares; nil for a report.
	Alert *Alert
}

func (n *Need) equal(o *Need) bool {
	return n.Top == o.Top && n.By == o.By && n.Window == o.Window && n.History == o.History &&
		n.Accounts.Equal(o.Accounts) && n.Alert.equal(o.Alert) && slices.Equal(n.Statistics, o.Statistics)
}

// Order ranks rows by a measure of a resource.
type Order struct {
	Resource model.Resource
	Measure  Measure
}

// Measure is a value of a row.
type Measure uint8

// The measures. Limits and quotas rank no rows.
const (
	Usage Measure = iota
	Requests
	PercentOfRequests
	PercentOfAllocatable
	PercentOfLimits
	PercentOfQuota
)

// report is a plan and the rows that it yields.
type report struct {
	plan *selection.Plan
	need Need
	// total is kept only where the rows do not add up to it.
	total row
	rows  []*row
	// byHash finds rows by hashes of their subjects, which are large. Rows of one
	// hash are chained.
	byHash map[uint64]*row
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
	// watch is nil for a report.
	watch *watch
}

func newReport(plan *selection.Plan, need Need, reads uint64) *report {
	r := &report{plan: plan, need: need, reads: reads, byHash: map[uint64]*row{}, changed: true}
	r.total.owner = r
	r.books = newBooks(need.Accounts)
	r.watch = newWatch(r)
	return r
}

// addsUp tells whether the total is the sum of the rows, because each pod is in
// just one of them.
func (r *report) addsUp() bool { return r.plan.Grouped() && !r.plan.ByContainer() }

// row returns the row of a subject, a new one where there is none.
func (r *report) row(s model.Subject) *row {
	hash := hashOf(&s)
	if w := r.find(hash, &s); w != nil {
		return w
	}
	w := &row{owner: r, subject: s, place: len(r.rows), next: r.byHash[hash]}
	r.byHash[hash] = w
	r.rows = append(r.rows, w)
	r.watch.add(w)
	return w
}

// find returns the row of a subject that has a hash; nil where there is none.
func (r *report) find(hash uint64, s *model.Subject) *row {
	for w := r.byHash[hash]; w != nil; w = w.next {
		if w.subject == *s {
			return w
		}
	}
	return nil
}

var seed = maphash.MakeSeed()

// hashOf is a variable for a test in which all hashes are the same.
var hashOf = func(s *model.Subject) uint64 { return maphash.Comparable(seed, *s) }

func (r *report) removeRow(w *row) {
	if w.series != nil {
		r.series--
	}
	r.unchain(w)
	last := r.rows[len(r.rows)-1]
	r.rows[w.place], last.place = last, w.place
	r.rows[len(r.rows)-1] = nil
	r.rows = r.rows[:len(r.rows)-1]
	r.watch.remove(w)
}

// unchain takes a row out of those of its hash.
func (r *report) unchain(w *row) {
	hash := hashOf(&w.subject)
	if r.byHash[hash] == w {
		if r.byHash[hash] = w.next; w.next == nil {
			delete(r.byHash, hash)
		}
		return
	}
	for before := r.byHash[hash]; before != nil; before = before.next {
		if before.next == w {
			before.next = w.next
		}
	}
}
