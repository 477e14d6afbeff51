package usage

import "github.com/usage-operator/usage-operator/internal/model"

// Row is what the pods of one subject declare and use, or what its nodes have
// and use.
type Row struct {
	Subject    model.Subject
	Pods       int
	Containers int
	Nodes      int
	Resources  [model.ResourceCount]Amount
}

// Amount is what a row uses and declares of one resource, in nanocores or
// bytes.
type Amount struct {
	// Observed tells whether Usage is known: a container or a node was observed.
	Observed bool
	Usage    model.Sum
	// PerPod compares the pods of the row; nil where fewer than two were
	// observed.
	PerPod *PerPod
	// Over are the view's Statistics over the window; nil where nothing of it was
	// observed.
	Over        []model.Sum
	Requests    Denominator
	Limits      Denominator
	Allocatable Denominator
	// Quota is that of the namespace; nil where none bounds the resource, or
	// where the row is not about one whole namespace.
	Quota *Quota
}

// Denominator is what usage can be compared with.
type Denominator struct {
	// Declared is the sum over all containers or nodes.
	Declared model.Sum
	// Set counts the containers that declare something, or whose pod does as a
	// whole; Unset those that declare nothing.
	Set, Unset int
	// Usage and Base cover the observed containers or nodes that declare more
	// than 0: Usage divided by Base is the share that they use.
	Usage, Base model.Sum
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
