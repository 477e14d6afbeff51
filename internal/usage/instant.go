package usage

import "time"

// watch is what a threshold keeps beside its rows.
type watch struct {
	subjects
	// parts are what the rows are made of, by their places, while instants are
	// read.
	parts []part
	// instants stand beside order. They are those of a state of the engine.
	instants []instant
	of       state
	// ceilings are the largest values that rows can have, by their places.
	ceilings     []fraction
	knowCeilings bool
	readings     []Reading
}

// state tells apart what the engine knew from what it knows.
type state struct{ applied, ticks uint64 }

func newWatch(r *report) *watch {
	if r.need.Alert == nil {
		return nil
	}
	if !r.plan.Grouped() {
		return &watch{subjects: subjects{order: []*row{&r.total}}}
	}
	return &watch{subjects: subjects{added: append([]*row(nil), r.rows...)}}
}

// add and remove follow the rows of the threshold.
func (w *watch) add(of *row) {
	if w != nil {
		w.added = append(w.added, of)
	}
}

func (w *watch) remove(of *row) {
	if w != nil {
		of.place, w.gone, w.knowCeilings = removed, true, false
	}
}

// disturb notes that pods of the threshold came, went or changed.
func (w *watch) disturb() {
	if w != nil {
		w.knowCeilings = false
	}
}

// instant is the value of a subject at one time, and its bounds, as a Reading has
// them.
type instant struct {
	value, lower, upper int64
	usage, denominator  int64
	data                Data
}

// instants returns the values of a threshold's subjects in their order, as of now.
func (e *Engine) instants(r *report) []instant {
	w := r.watch
	now := state{applied: e.applied, ticks: e.ticks}
	if !w.settle() && w.of == now {
		return w.instants
	}
	w.of, w.instants = now, w.instants[:0]
	a := r.need.Alert
	if a.Combine != Sum {
		w.parts = e.gather(r, e.lens(a), w.parts)
	}
	for _, row := range w.order {
		if a.Combine == Sum {
			x := e.total(row, a)
			w.instants = append(w.instants, e.instant(row, a, &x))
		} else {
			w.instants = append(w.instants, e.instant(row, a, &w.parts[row.place]))
		}
	}
	return w.instants
}

// gather looks at each pod of a threshold, and tells what its rows are made of, by
// their places.
func (e *Engine) gather(r *report, v lens, parts []part) []part {
	parts = append(parts[:0], make([]part, max(len(r.rows), 1))...)
	for _, p := range r.members {
		for i := range p.memberships {
			if m := &p.memberships[i]; m.row.owner == r && m.row.isSubject() {
				v.into(&parts[m.row.place], p, m.of())
			}
		}
	}
	return parts
}

// isSubject tells whether a threshold reads the row: the total is only where there
// is nothing else.
func (w *row) isSubject() bool { return w != &w.owner.total || !w.owner.plan.Grouped() }

// instant compares what a row is made of, as its alert asks for it.
func (e *Engine) instant(w *row, a *Alert, x *part) instant {
	switch a.Measure {
	case Usage:
		return x.amounts()
	case PercentOfAllocatable:
		allocatable := e.allocatableOf(w, a)
		x.bound(allocatable)
		x.divide(allocatable)
	case PercentOfQuota:
		x.divide(e.quotaOf(w, a))
	}
	return x.ratios()
}

// allocatableOf is what the node of a row can give to pods; 0 where there is none.
func (e *Engine) allocatableOf(w *row, a *Alert) int64 {
	v := e.lens(a)
	return v.allocatable(w.subject.Node)
}

// quotaOf is how much the namespace that a row is about may request; 0 where nothing
// says so.
func (e *Engine) quotaOf(w *row, a *Alert) int64 {
	plan, namespace := w.owner.plan, w.subject.Namespace
	if !plan.Grouped() {
		namespace = plan.Scope()
	}
	if !plan.WholeNamespaces() || plan.Grouped() && !plan.PerNamespace() {
		return 0
	}
	if q := e.inventory.quotas.smallest(namespace, a.Resource); q != nil {
		return max(q.Hard, 0)
	}
	return 0
}

// amounts is the instant of a usage.
func (x *part) amounts() instant {
	n := instant{data: x.data(), value: x.value.amount(), lower: x.lower.amount(), upper: x.upper.amount()}
	n.usage = n.value
	return n
}

// ratios is the instant of a percentage. Where a pod that declares as a whole was
// seen in part, that can be more than all that was seen in full.
func (x *part) ratios() instant {
	n := instant{data: x.data()}
	of := &x.value
	if x.lower.ratio() > x.value.ratio() {
		of = &x.lower
	}
	if of.of.IsZero() {
		n.denominator = x.idle.Int64()
		return n
	}
	n.usage, n.denominator = of.used.Int64(), of.of.Int64()
	n.value, n.lower, n.upper = of.ratio(), x.lower.ratio(), x.upper.ratio()
	n.upper = max(n.upper, n.value)
	return n
}

// tell is an instant as a reading has it. What does not run uses nothing, and that is
// known without a sample.
func (n *instant) tell(x *Reading, newest int64, now time.Time) {
	x.Data, x.Value, x.Lower, x.Upper = n.data, n.value, n.lower, n.upper
	x.Usage, x.Denominator, x.SampleTime = n.usage, n.denominator, time.Time{}
	switch {
	case newest > 0:
		x.SampleTime = time.Unix(newest, 0).UTC()
	case n.data == Complete:
		x.SampleTime = now.UTC().Truncate(time.Second)
	}
}
