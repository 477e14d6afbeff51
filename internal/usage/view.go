package usage

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// View is a report with the samples of the last tick. It is immutable.
type View struct {
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
}

// Coverage compares what runs by its pod's status with what of it has a current
// sample. What has stopped and still has one is in neither number.
type Coverage struct {
	Expected, Observed int
}

// Row is what the pods of one subject declare and use.
type Row struct {
	Subject    model.Subject
	Pods       int
	Containers int
	Resources  [model.ResourceCount]Amount
}

// Amount is what a row uses and declares of one resource, in nanocores or
// bytes.
type Amount struct {
	// Observed tells whether Usage is known: a container was observed.
	Observed bool
	Usage    model.Sum
	Requests Denominator
	Limits   Denominator
	// Quota is that of the namespace; nil where none bounds the resource, or
	// where the row is not about one whole namespace.
	Quota *Quota
}

// Denominator is what usage can be compared with.
type Denominator struct {
	// Declared is the sum over all containers.
	Declared model.Sum
	// Set counts the containers that declare something, or whose pod does as a
	// whole; Unset those that declare nothing.
	Set, Unset int
	// Usage and Base cover the observed containers that declare more than 0:
	// Usage divided by Base is the share that they use.
	Usage, Base model.Sum
}

// View returns a report's rows. It tells false for a report that is not set.
func (e *Engine) View(id ID) (*View, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.reports.byID[id]
	if !ok {
		return nil, false
	}
	rows := e.rows(r)
	top := min(r.need.Top, len(rows))
	largestFirst(rows, top)
	shown, others := e.fold(rows[:top]), e.fold(rows[top:])
	v := &View{
		Resolution:    e.resolution.value,
		LabelKeys:     r.plan.LabelKeys(),
		Grouped:       r.plan.Grouped(),
		RowCount:      len(rows),
		UnsampledRuns: r.unsampledRuns,
	}
	for _, w := range rows[:top] {
		row := newRow(e.fold([]ranked{w}))
		row.Subject = w.row.subject
		v.Rows = append(v.Rows, row)
	}
	if top < len(rows) {
		v.Other = e.other(r, rows[top:], others)
	}
	total := shown.plus(others)
	if !r.addsUp() {
		total = e.fold([]ranked{{row: &r.total}})
	}
	v.setTotal(&total)
	e.addQuotas(r, v)
	if total.declared.containers > total.observed.running {
		v.Missing, v.MissingOmitted = e.missing(r)
	}
	return v, true
}

func (v *View) setTotal(s *sums) {
	v.Pods = Coverage{Expected: int(s.declared.expectedPods), Observed: int(s.observed.pods)}
	v.Containers = Coverage{Expected: int(s.declared.expectedContainers), Observed: int(s.observed.running)}
	v.Total = newRow(*s)
	if s.observed.newest > 0 {
		v.SampleTime = time.Unix(s.observed.newest, 0).UTC()
	}
}

// rows returns all rows with what ranks them, in no order.
func (e *Engine) rows(r *report) []ranked {
	rows := make([]ranked, 0, len(r.rows))
	for _, w := range r.rows {
		rows = append(rows, e.ranked(w, r.need.By))
	}
	return rows
}

// sums is what some rows declare and were seen to use.
type sums struct {
	declared declared
	observed observed
}

func (s sums) plus(x sums) sums {
	s.declared.add(&x.declared)
	s.observed.add(&x.observed)
	return s
}

// fold adds up rows.
func (e *Engine) fold(rows []ranked) (s sums) {
	for _, w := range rows {
		seen := w.row.seen(e.tick)
		s.declared.add(&w.row.declared)
		s.observed.add(&seen)
	}
	return s
}

// other returns the row of the rows that were cut. Where rows are about
// containers a pod can be in several of them; it still counts as one pod.
func (e *Engine) other(r *report, rows []ranked, s sums) *Row {
	row := newRow(s)
	if r.plan.ByContainer() {
		row.Pods = e.podsIn(r, rows)
	}
	return &row
}

func (e *Engine) podsIn(r *report, rows []ranked) (n int) {
	in := make(map[*row]bool, len(rows))
	for _, w := range rows {
		in[w.row] = true
	}
	for _, p := range e.inventory.in(r.plan.Namespaces()) {
		if slices.ContainsFunc(p.memberships, func(m membership) bool { return m.owner == r && in[m.row] }) {
			n++
		}
	}
	return n
}

func newRow(s sums) Row {
	d, o := &s.declared, &s.observed
	row := Row{Pods: int(d.pods), Containers: int(d.containers)}
	for r := range row.Resources {
		row.Resources[r] = Amount{
			Observed: o.containers > 0,
			Usage:    o.usage[r],
			Requests: newDenominator(&d.requests, &o.ofRequests, r),
			Limits:   newDenominator(&d.limits, &o.ofLimits, r),
		}
	}
	return row
}

func newDenominator(t *tally, of *ratio, r int) Denominator {
	return Denominator{Declared: t.sum[r], Set: int(t.set[r]), Unset: int(t.unset[r]), Usage: of.usage[r], Base: of.base[r]}
}
