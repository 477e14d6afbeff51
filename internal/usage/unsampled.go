package usage

import "github.com/usage-operator/usage-operator/internal/model"

// last returns the last form of a pod that leaves. Of a pod that began to run
// unheard of it is the one that it leaves with.
func last(known, gone *model.Pod) *model.Pod {
	if gone.Ran {
		return gone
	}
	return known
}

// ended counts a pod that left without ever having had a sample, where it ran.
// A report counts those that left after it was first summed up from an answer
// of the Metrics API; until then a pod may have lacked nothing but a reader.
func (e *Engine) ended(p *model.Pod) {
	if !p.Ran {
		return
	}
	for r := range e.reports.of(p.Namespace) {
		if _, selected := r.plan.Select(e.inventory.facts(p)); selected && e.reads > r.reads {
			r.unsampledRuns++
			r.changed = true
		}
	}
}
