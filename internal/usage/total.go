package usage

// total is what a row is made of that adds up its pods: the sums of the tick, and
// what pods that were not seen in full would add.
func (e *Engine) total(w *row, a *Alert) part {
	seen, r := w.seen(e.ticks), a.Resource
	x := part{seen: w.declared.containers > seen.lacking.containers, missing: seen.lacking.running > 0}
	x.value.used = seen.usage[r]
	declares := false
	switch a.Measure {
	case PercentOfRequests:
		x.value.used = x.value.used.Sub(seen.unrequested[r])
		x.value.of = w.declared.requests.sum[r].Sub(seen.lacking.requests[r])
		declares = !w.declared.requests.sum[r].IsZero()
	case PercentOfLimits:
		x.value.used = x.value.used.Sub(seen.unlimited[r])
		x.value.of = w.declared.limits.sum[r].Sub(seen.lacking.limits[r])
		declares = !w.declared.limits.sum[r].IsZero()
	}
	if a.Measure.divides() {
		x.seen = !x.value.of.IsZero()
	}
	x.lower, x.upper = x.value, x.value
	if x.missing || declares && !x.seen {
		if short := e.shortfalls()[w]; short != nil {
			x.add(short)
		}
	}
	return x
}

// shortfalls are what the pods that were not seen in full add to the bounds of rows,
// beyond their values. They are looked for at most once between two changes, for all
// thresholds.
func (e *Engine) shortfalls() map[*row]*part {
	if e.gaps.short != nil {
		return e.gaps.short
	}
	e.gaps.short = map[*row]*part{}
	for p := range e.incomplete(nil) {
		for i := range p.memberships {
			m := &p.memberships[i]
			if a := m.row.owner.need.Alert; a != nil && a.Combine == Sum && m.row.isSubject() {
				e.fallShort(p, m, a)
			}
		}
	}
	return e.gaps.short
}

func (e *Engine) fallShort(p *pod, m *membership, a *Alert) {
	v := e.lens(a)
	of := v.part(p, m.of())
	of.lower.sub(&of.value)
	of.upper.sub(&of.value)
	of.value = fraction{}
	if known := e.gaps.short[m.row]; known != nil {
		known.add(&of)
	} else {
		e.gaps.short[m.row] = &of
	}
}
