package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// Selected is the number of pods, or of nodes, that the report selects.
func (v *View) Selected() int {
	if v.Target == model.Nodes {
		return v.Total.Nodes
	}
	return v.Total.Pods
}

// Measured is the coverage of what samples are of: containers, or nodes.
func (v *View) Measured() Coverage {
	if v.Target == model.Nodes {
		return v.Nodes
	}
	return v.Containers
}

// nodeView adds up the rows of a report of nodes.
func (e *Engine) nodeView(r *nodeReport) *View {
	total, rows := e.nodes.fold(r.plan)
	rows = r.series.withLeft(rows)
	slices.SortFunc(rows, r.need.By.compareNodes)
	top := min(r.need.Top, len(rows))
	v := &View{
		Target:     model.Nodes,
		SampleTime: total.newest.UTC().Truncate(time.Second),
		Resolution: e.resolution.value,
		LabelKeys:  r.plan.LabelKeys(),
		Grouped:    r.plan.Grouped(),
		Nodes:      Coverage{Expected: total.nodes, Observed: total.observed},
		Total:      total.row(),
		RowCount:   len(rows),
		Unfollowed: r.series.waiting,
		Periods:    r.books.periods(),
		Statistics: r.need.Statistics,
		History:    r.series.total.recorded(),
	}
	v.Window = v.Total.setStatistics(r.series.total, e.nodes.now, v.Statistics)
	for _, w := range rows[:top] {
		row := w.row()
		row.Subject = w.subject
		row.setStatistics(r.series.rows[w.subject], e.nodes.now, v.Statistics)
		v.Rows = append(v.Rows, row)
	}
	if top < len(rows) {
		others := foldNodes(rows[top:])
		v.Other = new(others.row())
	}
	if total.observed < total.nodes {
		v.Missing, v.MissingOmitted = e.missingNodes(r.plan)
	}
	return v
}

// nodeRow is the sum of one subject.
type nodeRow struct {
	subject model.Subject
	nodeSums
}

// nodeSums is what some nodes have allocatable and were seen to use.
type nodeSums struct {
	nodes, observed int
	// lost are the nodes that had a sample before.
	lost               int
	allocatable, usage model.Sums
	// set counts the nodes that say what they have.
	set [model.ResourceCount]int
	// ofAllocatable is the usage of the observed nodes that have more than 0, base
	// what they have.
	ofAllocatable, base model.Sums
	// newest is the newest sample's time.
	newest time.Time
	// sized counts the nodes that have more than 0, and unsized those that have not
	// and are not observed.
	sized, unsized [model.ResourceCount]int
	// created is when the oldest node was, in Unix seconds.
	created int64
}

// fold sums the nodes that a plan selects into one sum, and into the rows of
// their subjects, in no order.
func (s *nodes) fold(plan *selection.Plan) (total nodeSums, rows []*nodeRow) {
	bySubject := map[model.Subject]*nodeRow{}
	for _, n := range s.byName {
		if !plan.SelectNode(n.Node) {
			continue
		}
		total.add(n)
		if !plan.Grouped() {
			continue
		}
		subject := plan.NodeSubject(n.Node)
		w, known := bySubject[subject]
		if !known {
			w = &nodeRow{subject: subject}
			bySubject[subject] = w
			rows = append(rows, w)
		}
		w.add(n)
	}
	return total, rows
}

func (s *nodeSums) add(n *node) {
	s.nodes++
	s.allocatable = s.allocatable.Plus(n.Allocatable.Amounts)
	for r, set := range n.Allocatable.Set {
		if set {
			s.set[r]++
		}
	}
	s.addSize(n)
	if !n.sample.current {
		if !n.sample.time.IsZero() {
			s.lost++
		}
		return
	}
	s.observed++
	s.usage = s.usage.Plus(n.sample.usage)
	for r, has := range n.Allocatable.Amounts {
		if has > 0 {
			s.ofAllocatable[r] = s.ofAllocatable[r].Plus(n.sample.usage[r])
			s.base[r] = s.base[r].Plus(has)
		}
	}
	if n.sample.time.After(s.newest) {
		s.newest = n.sample.time
	}
}

func (s *nodeSums) addSize(n *node) {
	for r, has := range n.Allocatable.Amounts {
		switch {
		case has > 0:
			s.sized[r]++
		case !n.sample.current:
			s.unsized[r]++
		}
	}
	if s.nodes == 1 || n.CreationTime < s.created {
		s.created = n.CreationTime
	}
}

// foldNodes adds up rows.
func foldNodes(rows []*nodeRow) (s nodeSums) {
	for _, w := range rows {
		s.nodes += w.nodes
		s.observed += w.observed
		s.allocatable = s.allocatable.Add(w.allocatable)
		s.usage = s.usage.Add(w.usage)
		s.ofAllocatable = s.ofAllocatable.Add(w.ofAllocatable)
		s.base = s.base.Add(w.base)
		for r := range s.set {
			s.set[r] += w.set[r]
		}
	}
	return s
}

func (s *nodeSums) row() Row {
	row := Row{Nodes: s.nodes}
	for r := range row.Resources {
		row.Resources[r] = Amount{
			Observed: s.observed > 0,
			Usage:    s.usage[r],
			Allocatable: Denominator{
				Declared: s.allocatable[r], Set: s.set[r], Unset: s.nodes - s.set[r],
				Usage: s.ofAllocatable[r], Base: s.base[r],
			},
		}
	}
	return row
}

// compareNodes puts the largest first, and equals in the order of their
// subjects, so that they keep their places from one tick to the next.
func (by Order) compareNodes(a, b *nodeRow) int {
	r := by.Resource
	rank := b.usage[r].Compare(a.usage[r])
	if by.Measure == PercentOfAllocatable {
		rank = cmp.Compare(quotient(b.ofAllocatable[r], b.base[r]), quotient(a.ofAllocatable[r], a.base[r]))
	}
	return cmp.Or(rank, a.subject.Compare(&b.subject))
}

// missingNodes returns the findings of a report of nodes, by reason and name,
// and how many more there are than those listed.
func (e *Engine) missingNodes(plan *selection.Plan) (listed []Missing, omitted int) {
	var silent []*node
	for _, n := range e.nodes.byName {
		if !n.sample.current && plan.SelectNode(n.Node) {
			silent = append(silent, n)
		}
	}
	slices.SortFunc(silent, func(a, b *node) int { return strings.Compare(a.Name, b.Name) })
	var f findings
	for _, n := range silent {
		f.add(Missing{Reason: e.nodeReason(n), Node: n.Name})
	}
	return f.cut()
}

// nodeReason says why a node has no sample. One that was created a short time
// ago need not be Ready yet, so that it is not lost.
func (e *Engine) nodeReason(n *node) Reason {
	age := e.nodes.now.Sub(time.Unix(n.CreationTime, 0))
	switch {
	case age <= settlingResolutions*e.expectedResolution():
		return TooNew
	case !n.Ready:
		return NodeLost
	default:
		return Unknown
	}
}
