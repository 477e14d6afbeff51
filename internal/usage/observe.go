package usage

import "github.com/usage-operator/usage-operator/internal/model"

// observe tells what a share of the pod was last seen to use.
func (p *pod) observe(s share, o *observation) {
	*o = observation{}
	switch {
	case !p.seesAny(s):
		o.lackAll(p, s)
		return
	case p.denominators.alike && s.containers == nil && p.sample.unseen == nil:
		for i := range p.sample.usage {
			o.usage = o.usage.Plus(p.sample.usage[i])
		}
		p.denominators.observe(o)
	default:
		p.observeEach(s, o)
	}
	o.newest = p.sample.time / microseconds
}

// microseconds are in a second.
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
func (o *observation) lackAll(p *pod, s share) {
	d := declares(p.Pod, s)
	o.has = lacking
	o.lacking = lack{
		pods: d.expectedPods, containers: d.containers, running: d.expectedContainers,
		requests: d.requests.sum, limits: d.limits.sum,
	}
	if p.sample.time != 0 {
		o.lacking.lost = d.expectedPods
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
			o.miss(c, &whole, s.single, runs)
			continue
		}
		if runs {
			running++
		}
		use := &p.sample.usage[i]
		o.usage = o.usage.Plus(*use)
		exclude(&o.unrequested, use, &c.Requests, &whole.Requests, s.single)
		exclude(&o.unlimited, use, &c.Limits, &whole.Limits, s.single)
	}
	if o.lacking.running > 0 {
		o.lacking.lost = 1
		if running == 0 {
			o.lacking.pods = 1
		}
	}
	if p.PodLevel != nil && !s.single {
		complete := s.containers == nil && o.lacking.running == 0
		excludeWhole(&o.unrequested, &o.lacking.requests, &o.usage, &whole.Requests, complete)
		excludeWhole(&o.unlimited, &o.lacking.limits, &o.usage, &whole.Limits, complete)
	}
	o.has = unrequested | unlimited | lacking
}

// miss counts a container that was not seen.
func (o *observation) miss(c *model.Container, whole *model.Resources, single, runs bool) {
	o.lacking.containers++
	if runs {
		o.lacking.running++
	}
	missBound(&o.lacking.requests, &c.Requests, &whole.Requests, single)
	missBound(&o.lacking.limits, &c.Limits, &whole.Limits, single)
}

// missBound adds what an unseen container declares.
func missBound(lacking *model.Sums, own, whole *model.Declared, single bool) {
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
// the whole declaration would be too low, so it takes all of the pod that runs.
func excludeWhole(outside, lacking, use *model.Sums, whole *model.Declared, complete bool) {
	for r := range whole.Set {
		if !whole.Set[r] || complete && whole.Amounts[r] > 0 {
			continue
		}
		outside[r] = outside[r].Add(use[r])
		lacking[r] = lacking[r].Plus(whole.Amounts[r])
	}
}
