package usage

import "slices"

// membership is the share of a pod in a row.
type membership struct {
	row *row
	// share is nil where the whole pod belongs to the row.
	share *share
	// place is where the pod stands among the report's members. It counts in the
	// first membership of each report only.
	place int
}

func (m *membership) of() share {
	if m.share == nil {
		return share{}
	}
	return *m.share
}

// in returns the pod's first membership in a report, which covers all of its
// containers that the report counts; nil where there is none.
func (p *pod) in(r *report) *membership {
	for i := range p.memberships {
		if m := &p.memberships[i]; m.row.owner == r {
			return m
		}
	}
	return nil
}

// join makes a pod a member of the rows of a report that it belongs to.
func (e *Engine) join(p *pod, r *report) {
	facts := e.inventory.facts(p.Pod)
	containers, ok := r.plan.Select(facts)
	if !ok {
		return
	}
	if !r.addsUp() {
		e.enter(p, &r.total, share{containers: containers})
	}
	for _, part := range r.plan.Parts(facts, containers) {
		e.enter(p, r.row(part.Subject), share{containers: part.Containers, single: part.Single})
	}
	p.in(r).place = len(r.members)
	r.members = append(r.members, p)
	r.changed = true
	r.watch.disturb()
}

// enter adds a share of a pod to a row, with what it was last seen to use.
func (e *Engine) enter(p *pod, w *row, s share) {
	m := membership{row: w}
	if s.containers != nil {
		m.share = &s
	}
	d := declares(p.Pod, s)
	w.declared.add(&d)
	var o observation
	p.observe(s, &o)
	w.observe(e.ticks, &o)
	p.memberships = append(p.memberships, m)
}

// leave ends a pod's memberships in a report.
func (e *Engine) leave(p *pod, r *report) {
	m := p.in(r)
	if m == nil {
		return
	}
	r.dismiss(m.place)
	p.memberships = slices.DeleteFunc(p.memberships, func(m membership) bool {
		if m.row.owner != r {
			return false
		}
		e.quit(p, &m)
		return true
	})
}

// leaveAll ends all memberships of a pod.
func (e *Engine) leaveAll(p *pod) {
	var before *report // memberships of one report stand side by side
	for i := range p.memberships {
		if r := p.memberships[i].row.owner; r != before {
			r.dismiss(p.memberships[i].place)
			before = r
		}
	}
	for i := range p.memberships {
		e.quit(p, &p.memberships[i])
	}
	clear(p.memberships)
	p.memberships = p.memberships[:0]
}

// dismiss takes the pod at a place out of a report's members.
func (r *report) dismiss(place int) {
	last := r.members[len(r.members)-1]
	r.members[place] = last
	last.in(r).place = place
	r.members[len(r.members)-1] = nil
	r.members = r.members[:len(r.members)-1]
	r.changed = true
	r.watch.disturb()
}

// quit takes a pod out of a row. Rows without pods vanish, those that have been
// followed when their window has passed.
func (e *Engine) quit(p *pod, m *membership) {
	d := declares(p.Pod, m.of())
	m.row.declared.sub(&d)
	var o observation
	p.observe(m.of(), &o)
	m.row.withdraw(e.ticks, &o)
	if r := m.row.owner; m.row.declared.pods == 0 && m.row != &r.total && m.row.series == nil {
		r.removeRow(m.row)
	}
}
