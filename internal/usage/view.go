package usage

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// View is a report with the samples of the last tick. It is immutable.
type View struct {
	// Target tells what the report counts: the rows' Pods and Containers, or
	// their Nodes.
	Target model.Target
	// SampleTime is the newest timestamp among the samples used; zero while
	// there are none.
	SampleTime time.Time
	Resolution time.Duration
	// LabelKeys are the keys of the labels in the rows' subjects.
	LabelKeys []string
	// Grouped tells whether the report has rows beside the total.
	Grouped    bool
	Pods       Coverage
	Containers Coverage
	Nodes      Coverage
	Total      Row
	// Rows are the largest rows, ranked; at most Need.Top.
	Rows []Row
	// RowCount is the number of rows before they were cut.
	RowCount int
	// Other is the sum of the rows that were cut; nil when there are none.
	Other *Row
	// Missing are the findings about containers without a current sample, at
	// most MaxMissing; MissingOmitted counts the rest.
	Missing        []Missing
	MissingOmitted int
	// UnsampledRuns counts the pods that ran and left without a sample since
	// the report was set.
	UnsampledRuns int
	// Statistics are those that the rows show, over the window.
	Statistics []Statistic
	// Window is the time that the statistics of the total cover.
	Window Covered
	// History is the total in the past; nil where none is kept.
	History *history.View
	// Periods are the running period and the closed ones that are kept, newest
	// first.
	Periods []account.Period
	// Unfollowed is how many rows have no statistics, because they are too many.
	Unfollowed int
}

// Coverage compares what runs by its pod's status with what of it has a current
// sample. What has stopped and still has one is in neither number.
type Coverage struct {
	Expected, Observed int
}

// View returns a report's rows. It tells false for a report that is not set.
func (e *Engine) View(id ID) (*View, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n, ok := e.nodes.reports[id]; ok {
		return e.nodeView(n), true
	}
	r, ok := e.reports.byID[id]
	if !ok {
		return nil, false
	}
	r.changed = false
	ranks := e.ranks(r)
	top := min(r.need.Top, len(ranks))
	largestFirst(ranks, top)
	v := &View{
		Resolution:    e.resolution.value,
		LabelKeys:     r.plan.LabelKeys(),
		Grouped:       r.plan.Grouped(),
		RowCount:      len(ranks),
		UnsampledRuns: r.unsampledRuns,
		Unfollowed:    r.waiting,
		Periods:       r.books.periods(),
	}
	v.setRows(e, r, ranks[:top], ranks[top:])
	r.comparePods(v, ranks[:top])
	v.setStatistics(r, ranks[:top], e.now)
	v.History = r.total.series.recorded()
	e.addQuotas(r, v)
	if v.Containers.Observed < v.Total.Containers {
		v.Missing, v.MissingOmitted = e.missing(r)
	}
	return v, true
}

// ranks returns all rows with what ranks them, in no order.
func (e *Engine) ranks(r *report) []ranked {
	ranks := make([]ranked, len(r.rows))
	for i, w := range r.rows {
		ranks[i] = e.ranked(w, r.need.By)
	}
	return ranks
}

// setRows sets the rows that are shown, the sum of those that are cut, and the
// total.
func (v *View) setRows(e *Engine, r *report, shown, cut []ranked) {
	v.Rows = slices.Grow(v.Rows, len(shown))
	for i := range shown {
		row := newRow(e.fold(shown[i : i+1]))
		row.Subject = shown[i].row.subject
		v.Rows = append(v.Rows, row)
	}
	total, rest := e.fold(shown), e.fold(cut)
	if len(cut) > 0 {
		v.Other = r.other(cut, rest)
	}
	total.add(rest)
	if !r.addsUp() {
		total = e.fold([]ranked{{row: &r.total}})
	}
	v.setTotal(total)
}

func (v *View) setTotal(s *sums) {
	d, lacking := &s.declared, &s.observed.lacking
	v.Pods = Coverage{Expected: int(d.expectedPods), Observed: int(d.expectedPods - lacking.pods)}
	v.Containers = Coverage{Expected: int(d.expectedContainers), Observed: int(d.expectedContainers - lacking.running)}
	v.Total = newRow(s)
	if s.observed.newest > 0 {
		v.SampleTime = time.Unix(s.observed.newest, 0).UTC()
	}
}

// other returns the row of the rows that were cut. Where rows are about
// containers a pod can be in several of them; it still counts as one pod.
func (r *report) other(rows []ranked, s *sums) *Row {
	row := newRow(s)
	if r.plan.ByContainer() {
		row.Pods = r.podsIn(rows)
	}
	return &row
}

func (r *report) podsIn(rows []ranked) (n int) {
	in := make(map[*row]bool, len(rows))
	for _, w := range rows {
		in[w.row] = true
	}
	for _, p := range r.members {
		if slices.ContainsFunc(p.memberships, func(m membership) bool { return in[m.row] }) {
			n++
		}
	}
	return n
}
