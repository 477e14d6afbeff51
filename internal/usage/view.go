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
	// PerPod compares the pods of the row; nil where fewer than two were
	// observed.
	PerPod   *PerPod
	Requests Denominator
	Limits   Denominator
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
	r.changed = false
	ranks := e.ranks(r)
	top := min(r.need.Top, len(ranks))
	largestFirst(ranks, top)
	shown, others := ranks[:top], ranks[top:]
	v := &View{
		Resolution:    e.resolution.value,
		LabelKeys:     r.plan.LabelKeys(),
		Grouped:       r.plan.Grouped(),
		RowCount:      len(ranks),
		UnsampledRuns: r.unsampledRuns,
	}
	for i := range shown {
		row := newRow(e.fold(shown[i : i+1]))
		row.Subject = shown[i].row.subject
		v.Rows = append(v.Rows, row)
	}
	total, rest := e.fold(shown), e.fold(others)
	if len(others) > 0 {
		v.Other = r.other(others, rest)
	}
	total.add(rest)
	if !r.addsUp() {
		total = e.fold([]ranked{{row: &r.total}})
	}
	v.setTotal(total)
	r.comparePods(v, shown)
	if v.Containers.Observed < v.Total.Containers {
		v.Missing, v.MissingOmitted = e.missing(r)
	}
	return v, true
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

// ranks returns all rows with what ranks them, in no order.
func (e *Engine) ranks(r *report) []ranked {
	ranks := make([]ranked, len(r.rows))
	for i, w := range r.rows {
		ranks[i] = e.ranked(w, r.need.By)
	}
	return ranks
}

// sums is what some rows declare and were seen to use.
type sums struct {
	declared declared
	observed observation
}

func (s *sums) add(x *sums) {
	s.declared.add(&x.declared)
	s.observed.add(&x.observed)
}

// fold adds up rows.
func (e *Engine) fold(rows []ranked) *sums {
	var s sums
	for _, w := range rows {
		s.declared.add(&w.row.declared)
		s.observed.add(w.row.seen(e.ticks))
	}
	return &s
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

func newRow(s *sums) Row {
	d, o := &s.declared, &s.observed
	row := Row{Pods: int(d.pods), Containers: int(d.containers)}
	for r := range row.Resources {
		row.Resources[r] = Amount{
			Observed: d.containers > o.lacking.containers,
			Usage:    o.usage[r],
			Requests: newDenominator(r, &d.requests, o.usage, &o.unrequested, &o.lacking.requests),
			Limits:   newDenominator(r, &d.limits, o.usage, &o.unlimited, &o.lacking.limits),
		}
	}
	return row
}

func newDenominator(r int, t *tally, usage model.Sums, outside, lacking *model.Sums) Denominator {
	return Denominator{
		Declared: t.sum[r], Set: int(t.set[r]), Unset: int(t.unset[r]),
		Usage: usage[r].Sub(outside[r]), Base: t.sum[r].Sub(lacking[r]),
	}
}
