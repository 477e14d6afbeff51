package usage

import "github.com/usage-operator/usage-operator/internal/model"

// observe tells what a share of the pod was last seen to use.
func (p *pod) observe(s share, o *observation) {
	*o = observation{}
	switch {
	case !p.seesAny(s):
		o.lackAll(p.Pod, s)
		return
	case p.declaresAll && s.containers == nil && p.sample.unseen == nil:
		for i := range p.sample.usage {
			o.usage = o.usage.Plus(p.sample.usage[i])
		}
	default:
		p.observeEach(s, o)
	}
	o.newest = p.sample.time / microseconds
}

// microseconds is a second.
const microseconds = 1_000_000

// seesAny tells whether any container of a share has a current sample.
func (p *pod) seesAny(s share) bool {
	if !p.sample.current || p.sample.unseen == nil {
		return p.sample.current && s.count(p.Pod) > 0
	}
	for k := range s.count(p.Pod) {
		if !p.sample.unseen[s.index(k)] {
			return true
		}
	}
	return false
}

// lackAll is the observation of a share of which nothing was seen.
func (o *observation) lackAll(p *model.Pod, s share) {
	d := declares(p, s)
	o.partial = true
	o.lacking = lack{
		pods: d.expectedPods, containers: d.containers, running: d.expectedContainers,
		bounds: bounds{requests: d.requests.sum, limits: d.limits.sum},
	}
}

// observeEach looks at each container of a share of which some were seen.
func (p *pod) observeEach(s share, o *observation) {
	whole := level(p.Pod)
	var running int32
	for k := range s.count(p.Pod) {
		i := s.index(k)
		c, runs := &p.Containers[i], p.Started[i] != 0
		if !p.sample.sees(i) {
			o.lack(c, &whole, s.single, runs)
			continue
		}
		if runs {
			running++
		}
		use := &p.sample.usage[i]
		o.usage = o.usage.Plus(*use)
		exclude(&o.outside.requests, use, &c.Requests, &whole.Requests, s.single)
		exclude(&o.outside.limits, use, &c.Limits, &whole.Limits, s.single)
	}
	if o.lacking.running > 0 && running == 0 {
		o.lacking.pods = 1
	}
	if p.PodLevel != nil && !s.single {
		complete := s.containers == nil && p.sample.unseen == nil
		excludeWhole(&o.outside.requests, &o.lacking.requests, &o.usage, &whole.Requests, complete)
		excludeWhole(&o.outside.limits, &o.lacking.limits, &o.usage, &whole.Limits, complete)
	}
	o.partial = o.outside != bounds{} || o.lacking != lack{}
}

// lack counts a container that was not seen.
func (o *observation) lack(c *model.Container, whole *model.Resources, single, runs bool) {
	o.lacking.containers++
	if runs {
		o.lacking.running++
	}
	miss(&o.lacking.requests, &c.Requests, &whole.Requests, single)
	miss(&o.lacking.limits, &c.Limits, &whole.Limits, single)
}

// miss adds what an unseen container declares.
func miss(lacking *model.Sums, own, whole *model.Declared, single bool) {
	for r := range own.Set {
		if own.Set[r] && (single || !whole.Set[r]) {
			lacking[r] = lacking[r].Plus(own.Amounts[r])
		}
	}
}

// exclude adds usage that has no denominator. A declared 0 is none.
func exclude(outside *model.Sums, use *model.Amounts, own, whole *model.Declared, single bool) {
	for r := range own.Set {
		if own.Amounts[r] <= 0 && (single || !whole.Set[r]) {
			outside[r] = outside[r].Plus(use[r])
		}
	}
}

// excludeWhole does so where the pod declares as a whole. Part of the usage over
// the whole declaration would be too low, so it takes a whole pod.
func excludeWhole(outside, lacking, use *model.Sums, whole *model.Declared, complete bool) {
	for r := range whole.Set {
		switch {
		case !whole.Set[r], complete && whole.Amounts[r] > 0:
		default:
			outside[r] = outside[r].Add(use[r])
			lacking[r] = lacking[r].Plus(whole.Amounts[r])
		}
	}
}

// declaresAll tells whether each container has requests and limits above 0, and
// the pod as a whole none.
func declaresAll(p *model.Pod) bool {
	if p.PodLevel != nil {
		return false
	}
	for i := range p.Containers {
		c := &p.Containers[i]
		for r := range model.ResourceCount {
			if c.Requests.Amounts[r] <= 0 || c.Limits.Amounts[r] <= 0 {
				return false
			}
		}
	}
	return true
}
