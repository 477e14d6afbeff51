package usage

import "github.com/usage-operator/usage-operator/internal/model"

// share is a part of a pod: some of its containers, nil means all. A single
// share is a container for itself: what the pod declares as a whole does not
// count in it.
type share struct {
	containers []uint16
	single     bool
}

// level returns what the pod declares as a whole.
func level(p *model.Pod) model.Resources {
	if p.PodLevel == nil {
		return model.Resources{}
	}
	return *p.PodLevel
}

// declares returns what a share of a pod declares.
func declares(p *model.Pod, s share) declared {
	d := declared{pods: 1}
	whole := level(p)
	for i := range each(p, s.containers) {
		c := &p.Containers[i]
		d.containers++
		if p.Started[i] != 0 {
			d.expectedContainers++
		}
		d.requests.declare(&c.Requests, &whole.Requests, s.single)
		d.limits.declare(&c.Limits, &whole.Limits, s.single)
	}
	if !s.single {
		d.requests.sum = d.requests.sum.Plus(whole.Requests.Amounts)
		d.limits.sum = d.limits.sum.Plus(whole.Limits.Amounts)
	}
	if d.expectedContainers > 0 {
		d.expectedPods = 1
	}
	return d
}

// declare adds what one container declares. Where the pod declares a resource
// as a whole, its containers do not add to it, and none of them lacks it.
func (t *tally) declare(own, whole *model.Declared, single bool) {
	for r := range own.Set {
		switch {
		case whole.Set[r] && !single:
			t.set[r]++
		case own.Set[r]:
			t.set[r]++
			t.sum[r] = t.sum[r].Plus(own.Amounts[r])
		case !whole.Set[r]:
			t.unset[r]++
		}
	}
}

// observes returns what a share of the pod was seen to use; nothing when none of
// its containers was seen.
func (p *pod) observes(s share) (o observed) {
	whole := level(p.Pod)
	all := true
	for i := range each(p.Pod, s.containers) {
		if !p.sample.seen[i] {
			all = false
			continue
		}
		c, use := &p.Containers[i], &p.sample.usage[i]
		o.containers++
		if p.Started[i] != 0 {
			o.running++
		}
		o.usage = o.usage.Plus(*use)
		o.ofRequests.addContainer(use, &c.Requests, &whole.Requests, s.single)
		o.ofLimits.addContainer(use, &c.Limits, &whole.Limits, s.single)
	}
	if o.containers == 0 {
		return observed{}
	}
	if all && s.containers == nil {
		o.ofRequests.addPod(o.usage, &whole.Requests)
		o.ofLimits.addPod(o.usage, &whole.Limits)
	}
	o.pods, o.newest = min(o.running, 1), p.sample.time.Unix()
	return o
}

// addContainer adds a container's usage over what it declares. A declared 0 is no
// denominator.
func (a *ratio) addContainer(use *model.Amounts, own, whole *model.Declared, single bool) {
	for r := range own.Set {
		if own.Amounts[r] > 0 && (single || !whole.Set[r]) {
			a.usage[r] = a.usage[r].Plus(use[r])
			a.base[r] = a.base[r].Plus(own.Amounts[r])
		}
	}
}

// addPod adds a pod's usage over what the pod declares as a whole. Part of the
// usage over the whole declaration would be too low, so it takes a whole pod.
func (a *ratio) addPod(use model.Sums, whole *model.Declared) {
	for r := range whole.Set {
		if whole.Amounts[r] > 0 {
			a.usage[r] = a.usage[r].Add(use[r])
			a.base[r] = a.base[r].Plus(whole.Amounts[r])
		}
	}
}

// each yields the indexes of the given containers; nil means all.
func each(p *model.Pod, containers []uint16) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if containers == nil {
			for i := range p.Containers {
				if !yield(i) {
					return
				}
			}
			return
		}
		for _, i := range containers {
			if !yield(int(i)) {
				return
			}
		}
	}
}
