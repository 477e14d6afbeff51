package usage_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// starts is what the oracle knows of when a pod's containers were started.
type starts struct {
	// news tells that a start was heard of since the last tick.
	news bool
	// last is the last start by the operator's clock, of what the node's clock
	// calls told.
	last, told int64
}

// hear takes note of a pod's new form.
func (p *truePod) hear(before *model.Pod) {
	if before == nil || slices.Max(append([]int64{0}, p.Started...)) > slices.Max(append([]int64{0}, before.Started...)) {
		p.starts.news = true
	}
}

// date is called on a tick, with the time of the one before; zero for none.
func (p *truePod) date(before, now time.Time) {
	if !p.starts.news {
		return
	}
	told := slices.Max(append([]int64{0}, p.Started...))
	p.starts = starts{told: told, last: now.Unix()}
	if told >= before.Unix() && told <= now.Unix() {
		p.starts.last = told
	}
}

// why returns the reason of a container that runs and is not seen.
func (o *oracle) why(p *truePod, started int64) usage.Reason {
	resolution := o.resolution
	if resolution == 0 {
		resolution = time.Minute
	}
	ago := o.now.Sub(time.Unix(p.starts.last-(p.starts.told-started), 0))
	switch {
	case p.Restarted && (p.starts.news || ago <= resolution*11/2):
		return usage.ContainerRestarted
	case !p.Restarted && (p.starts.news || ago <= 3*resolution):
		return usage.TooNew
	}
	return usage.Unknown
}

// condition is what is true of some containers of a pod.
type condition struct{ running, observed, stopped, unseen []int }

func (o *oracle) condition(p *truePod, containers []int) (c condition) {
	now := o.current(p)
	for _, i := range containers {
		seen := false
		if now != nil {
			_, seen = now.usage[p.Containers[i].Name]
		}
		switch {
		case p.Started[i] == 0:
			c.stopped = append(c.stopped, i)
			continue
		case seen:
			c.observed = append(c.observed, i)
		default:
			c.unseen = append(c.unseen, i)
		}
		c.running = append(c.running, i)
	}
	return c
}

// judges tells whether the pods of a namespace are evidence for a report.
func (r *trueReport) judges(namespace string) bool {
	if r.scope != "" {
		return namespace == r.scope
	}
	return r.spec.Namespaces == nil || slices.Contains(r.spec.Namespaces, namespace)
}

func (o *oracle) nodeIsLost(r *trueReport, node string) bool {
	silent := 0
	for _, p := range o.pods {
		if p.Node != node || !r.judges(p.Namespace) || len(p.Containers) == 0 {
			continue
		}
		if o.current(p) != nil {
			return false
		}
		if last := slices.Max(append([]int64{0}, p.Started...)); last != 0 && o.why(p, last) == usage.Unknown {
			silent++
		}
	}
	return silent >= 2
}

// missing returns all findings of a report. Containers of a pod keep their order.
func (o *oracle) missing(r *trueReport) (all []usage.Missing) {
	onLost := map[string]int{}
	for _, p := range o.pods {
		containers := o.counted(r, p)
		c := o.condition(p, containers)
		m := usage.Missing{Namespace: p.Namespace, Pod: p.Name}
		switch {
		case len(containers) == 0, len(c.stopped)+len(c.unseen) == 0:
		case len(c.running) == 0:
			m.Reason = usage.NotRunning
			all = append(all, m)
		case o.nodeIsLost(r, p.Node):
			onLost[p.Node]++
		case len(c.observed) == 0:
			m.Reason = o.why(p, slices.Max(p.Started))
			all = append(all, m)
		default:
			all = append(all, o.ofContainers(m, p, c)...)
		}
	}
	for node, n := range onLost {
		all = append(all, usage.Missing{Reason: usage.NodeLost, Node: node, Pods: n})
	}
	slices.SortStableFunc(all, func(a, b usage.Missing) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.Node, b.Node))
	})
	return all
}

func (o *oracle) ofContainers(m usage.Missing, p *truePod, c condition) (all []usage.Missing) {
	for _, i := range c.stopped {
		m.Container, m.Reason = p.Containers[i].Name, usage.NotRunning
		all = append(all, m)
	}
	for _, i := range c.unseen {
		m.Container, m.Reason = p.Containers[i].Name, o.why(p, p.Started[i])
		all = append(all, m)
	}
	return all
}

// left counts a pod that has left, once namespaces and nodes are as they are
// after the changes that it left with.
func (o *oracle) left(p *truePod, ran bool) {
	if !ran || slices.ContainsFunc(p.accepted(), func(r reading) bool { return !r.voids }) {
		return
	}
	for _, r := range o.reports {
		if o.counted(r, p) != nil && o.reads > r.reads {
			r.unsampled++
		}
	}
}
