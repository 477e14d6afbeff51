package usage

import "github.com/usage-operator/usage-operator/internal/model"

// denominators tells what the containers of a pod have in common, so that most
// pods need not be looked at container by container on a tick.
type denominators struct {
	// alike tells that each amount that can be declared is so by all containers or
	// by none, and the fields below which by none.
	alike                  bool
	unrequested, unlimited [model.ResourceCount]bool
	// has tells which of the two say so of any resource.
	has parts
}

func newDenominators(p *model.Pod) (d denominators) {
	d.alike = p.PodLevel == nil
	for r := range model.ResourceCount {
		var requests, limits int
		for i := range p.Containers {
			if p.Containers[i].Requests.Amounts[r] > 0 {
				requests++
			}
			if p.Containers[i].Limits.Amounts[r] > 0 {
				limits++
			}
		}
		d.alike = d.alike && allOrNone(requests, len(p.Containers)) && allOrNone(limits, len(p.Containers))
		if requests == 0 {
			d.unrequested[r], d.has = true, d.has|unrequested
		}
		if limits == 0 {
			d.unlimited[r], d.has = true, d.has|unlimited
		}
	}
	return d
}

func allOrNone(n, all int) bool { return n == 0 || n == all }

// observe completes the observation of all containers.
func (d *denominators) observe(o *observation) {
	if o.has = d.has; d.has == 0 {
		return
	}
	for r := range model.ResourceCount {
		if d.unrequested[r] {
			o.unrequested[r] = o.usage[r]
		}
		if d.unlimited[r] {
			o.unlimited[r] = o.usage[r]
		}
	}
}
