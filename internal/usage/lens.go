package usage

import "github.com/usage-operator/usage-operator/internal/model"

// lens looks at pods one by one, as an alert asks for it.
type lens struct {
	*Alert
	nodes map[string]*model.Node
	// blind sees nothing, and takes everything to run: what it tells is as large as
	// it can ever be.
	blind bool
	// one is a container for itself.
	one [1]uint16
}

func (e *Engine) lens(a *Alert) lens { return lens{Alert: a, nodes: e.inventory.nodes} }

// into adds what a share of a pod tells to a row, or lets the larger one stay.
func (v *lens) into(x *part, p *pod, s share) {
	switch v.Combine {
	case MaximumContainer:
		for k := range s.count(p.Pod) {
			if i := s.index(k); v.sees(p, i) {
				v.keepSeen(x, p, i)
				continue
			}
			v.one[0] = uint16(s.index(k))
			of := v.part(p, share{containers: v.one[:], single: true})
			x.largest(&of, v.Measure)
		}
	case MaximumPod:
		of := v.part(p, s)
		x.largest(&of, v.Measure)
	default:
		of := v.part(p, s)
		x.add(&of)
	}
}

func (v *lens) sees(p *pod, i int) bool { return !v.blind && p.sample.sees(i) }

// keepSeen is what part and largest come to for a single container that was seen,
// as nearly all are: its bounds are its value.
func (v *lens) keepSeen(x *part, p *pod, i int) {
	of, counts := v.divisor(&p.Containers[i], 0, false)
	if !counts {
		return
	}
	f := fraction{used: model.Sum{}.Plus(p.sample.usage[i][v.Resource]), of: model.Sum{}.Plus(of)}
	f.measure(v.Measure)
	x.value.keep(&f)
	x.lower.keep(&f)
	x.upper.keep(&f)
	x.seen = true
}

// part tells of a share of a pod.
func (v *lens) part(p *pod, s share) part {
	whole, isWhole := v.whole(p, s)
	var g glance
	for k := range s.count(p.Pod) {
		i := s.index(k)
		of, counts := v.divisor(&p.Containers[i], whole, isWhole)
		v.look(&g, p, i, of, counts)
	}
	g.lower = fraction{used: g.value.used, of: g.value.of.Add(g.open.of)}
	if isWhole && whole > 0 {
		g.divideWhole(model.Sum{}.Plus(whole), g.open.any)
	}
	g.upper = g.lower
	if g.open.any {
		most := v.most(p, &g)
		g.upper.add(&most)
	}
	return g.part
}

// glance is what a pod shows.
type glance struct {
	part
	// all is what was seen of it, also of containers that do not count.
	all model.Sum
	// open is what is missing.
	open open
}

// look takes in one container.
func (v *lens) look(g *glance, p *pod, i int, of int64, counts bool) {
	switch {
	case v.sees(p, i):
		use := p.sample.usage[i][v.Resource]
		g.all = g.all.Plus(use)
		if counts {
			g.seen, g.value.used, g.value.of = true, g.value.used.Plus(use), g.value.of.Plus(of)
		}
	case v.blind || p.Started[i] != 0:
		g.missing = true
		if counts {
			g.open.add(of, p.Containers[i].Limits.Amounts[v.Resource])
		}
	case counts:
		g.idle = g.idle.Plus(of)
	}
}

// whole is what a pod declares as a whole for its containers; 0 where that does not
// compare with a share of them.
func (v *lens) whole(p *pod, s share) (amount int64, isWhole bool) {
	if p.PodLevel == nil || s.single || !v.Measure.divides() {
		return 0, false
	}
	amount, isWhole = v.declared(p.PodLevel)
	if s.containers != nil || len(p.Containers) == 0 {
		amount = 0
	}
	return amount, isWhole
}

// divisor is what a container's usage is divided by, beside what its pod declares
// as a whole, and tells whether it counts at all.
func (v *lens) divisor(c *model.Container, whole int64, isWhole bool) (of int64, counts bool) {
	switch {
	case !v.Measure.divides():
		return 0, true
	case isWhole:
		return 0, whole > 0
	default:
		of, _ = v.declared(&c.Resources)
		return of, of > 0
	}
}

// divideWhole divides by what a pod declares as a whole. There is no value where
// some of it is missing.
func (x *part) divideWhole(whole model.Sum, missing bool) {
	switch {
	case missing:
		x.value, x.lower.of = fraction{}, whole
	case x.seen:
		x.value.of, x.lower.of = whole, whole
	default:
		x.idle = whole
	}
}

// open is what containers of a pod declare that are missing.
type open struct {
	of, limits     model.Sum
	any, unlimited bool
}

func (o *open) add(of, limit int64) {
	o.any, o.of = true, o.of.Plus(of)
	if limit > 0 {
		o.limits = o.limits.Plus(limit)
	} else {
		o.unlimited = true
	}
}

// most is what the missing containers of a pod use at most: their limits, and those
// without one together the limit of the pod, else what their node has allocatable.
// What was seen of the pod leaves them the rest of its limit.
func (v *lens) most(p *pod, g *glance) fraction {
	limit := level(p.Pod).Limits.Amounts[v.Resource]
	f := fraction{used: g.open.limits}
	if g.open.unlimited {
		most := limit
		if most <= 0 {
			most = v.allocatable(p.Node)
		}
		f.used, f.endless = f.used.Plus(most), most <= 0
	}
	if limit > 0 {
		f.used = rest(model.Sum{}.Plus(limit), g.all, f.used)
	}
	return f
}

// rest is what a limit leaves beside what was seen, if that is less than the most.
func rest(limit, seen, most model.Sum) model.Sum {
	left := limit.Sub(seen)
	switch {
	case left.Compare(model.Sum{}) < 0:
		return model.Sum{}
	case left.Compare(most) < 0:
		return left
	default:
		return most
	}
}

// allocatable is what a node can give to pods; 0 where that is not known.
func (v *lens) allocatable(node string) int64 {
	if n := v.nodes[node]; n != nil {
		return max(n.Allocatable.Amounts[v.Resource], 0)
	}
	return 0
}
