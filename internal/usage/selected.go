package usage

import "github.com/usage-operator/usage-operator/internal/model"

// Coverage compares the running pods, or the nodes, that any report or threshold
// selects with those of them that have a current sample. Each counts once, in however
// many it is.
func (e *Engine) Coverage(target model.Target) (c Coverage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if target == model.Nodes {
		return e.nodes.coverage()
	}
	for _, p := range e.inventory.order {
		if len(p.memberships) > 0 && p.runs(share{}) {
			c.add(p.seen(share{}))
		}
	}
	return c
}

func (s *nodes) coverage() (c Coverage) {
	for _, n := range s.byName {
		if s.isSelected(n) {
			c.add(n.sample.current)
		}
	}
	return c
}

func (s *nodes) isSelected(n *node) bool {
	for _, r := range s.reports {
		if r.plan.SelectNode(n.Node) {
			return true
		}
	}
	return false
}

func (c *Coverage) add(observed bool) {
	c.Expected++
	if observed {
		c.Observed++
	}
}
