package usage

import (
	"maps"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

const (
	// settlingResolutions is for how many resolutions a start explains that there
	// is no sample: a provider needs two scrapes to derive a rate, and the first
	// of them can be a resolution away.
	settlingResolutions = 3
	// evidence is how many pods of a node must be missing, none of them for a
	// reason of its own, before the node is found lost. One could be its own
	// fault.
	evidence = 2
)

// missing returns the findings of a report, and how many more there are than
// those listed.
func (e *Engine) missing(r *report) (listed []Missing, omitted int) {
	namespaces := r.plan.Namespaces()
	lost := e.lostNodes(namespaces)
	pods := map[string]int{} // of lost nodes
	var f findings
	for p := range e.incomplete(namespaces) {
		m := p.in(r)
		switch {
		case m == nil:
		case lost[p.Node] && p.runs(m.of()):
			pods[p.Node]++
		default:
			e.explain(p, m.of(), &f)
		}
	}
	for _, node := range slices.Sorted(maps.Keys(pods)) {
		f.add(Missing{Reason: NodeLost, Node: node, Pods: pods[node]})
	}
	return f.cut()
}

// lostNodes returns the nodes of which some pods are missing without a reason
// of their own, and no pod is sampled. It judges by the namespaces that the
// report is limited to: they are read for sure, and a namespaced report tells
// nothing of others.
func (e *Engine) lostNodes(namespaces map[string]bool) map[string]bool {
	silent := map[string]int{}
	for p := range e.incomplete(namespaces) {
		if !p.sample.current && p.runs(share{}) && e.reason(p, startedAt(p.Pod)) == Unknown {
			silent[p.Node]++
		}
	}
	lost := map[string]bool{}
	for node, n := range silent {
		if n >= evidence {
			lost[node] = true
		}
	}
	if len(lost) == 0 {
		return nil
	}
	for _, p := range e.inventory.in(namespaces) {
		if p.sample.current {
			delete(lost, p.Node)
		}
	}
	return lost
}

// explain adds what is missing of a share of a pod: the pod, where none of the
// running containers is seen, else each container.
func (e *Engine) explain(p *pod, s share, f *findings) {
	m := Missing{Namespace: p.Namespace, Pod: p.Name}
	switch {
	case !p.runs(s):
		m.Reason = NotRunning
		f.add(m)
		return
	case !p.seen(s):
		m.Reason = e.reason(p, startedAt(p.Pod))
		f.add(m)
		return
	}
	for k := range s.count(p.Pod) {
		i := s.index(k)
		m.Container = p.Containers[i].Name
		switch {
		case p.Started[i] == 0:
			m.Reason = NotRunning
			f.add(m)
		case !p.sample.sees(i):
			m.Reason = e.reason(p, p.Started[i])
			f.add(m)
		}
	}
}

// reason says why a pod has no sample of what was started at a time of its
// node's clock. After a restart the sample from before is carried, so that the
// pod is missed only when a start would be forgotten.
func (e *Engine) reason(p *pod, started int64) Reason {
	age := e.now.Sub(time.Unix(started+p.skew, 0))
	if p.undated {
		age = 0
	}
	settling := settlingResolutions * e.expectedResolution()
	switch {
	case p.Restarted && age <= settling+e.carry():
		return ContainerRestarted
	case !p.Restarted && age <= settling:
		return TooNew
	default:
		return Unknown
	}
}

// startedAt returns the last start of any container by the node's clock, in Unix
// seconds; 0 where none runs.
func startedAt(p *model.Pod) (latest int64) {
	for _, started := range p.Started {
		latest = max(latest, started)
	}
	return latest
}
