package usage

import "github.com/usage-operator/usage-operator/internal/model"

// share is a part of a pod: some of its containers, nil means all. A single
// share is a container for itself: what the pod declares as a whole does not
// count in it.
type share struct {
	containers []uint16
	single     bool
}

// count returns how many containers of a pod are in the share.
func (s *share) count(p *model.Pod) int {
	if s.containers == nil {
		return len(p.Containers)
	}
	return len(s.containers)
}

// index returns the k-th container of the share.
func (s *share) index(k int) int {
	if s.containers == nil {
		return k
	}
	return int(s.containers[k])
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
	for k := range s.count(p) {
		i := s.index(k)
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
