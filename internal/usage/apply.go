package usage

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Apply takes changes of the inventory. Pods that stay take their last samples
// with them, so that the rows are right between two ticks also. Namespaces and
// nodes go first, since they decide where pods belong.
func (e *Engine) Apply(changes []model.Change) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.applied++
	e.gaps = gaps{}
	moved := e.setSurroundings(changes)
	for i := range changes {
		switch c := &changes[i]; {
		case c.Pod == nil:
		case c.Gone:
			e.removePod(c.Pod)
		default:
			e.setPod(c.Pod)
		}
	}
	e.inventory.settle()
	if moved != nil {
		e.rematch(moved)
	}
}

// surroundings are the namespaces and nodes that came, went or changed their
// labels. Pods are matched by nothing else of them.
type surroundings struct {
	namespaces, nodes map[string]bool
}

// setSurroundings returns nil when nothing changed that pods are matched by.
func (e *Engine) setSurroundings(changes []model.Change) *surroundings {
	moved := surroundings{namespaces: map[string]bool{}, nodes: map[string]bool{}}
	for i := range changes {
		c := &changes[i]
		if q := c.Quota; q != nil {
			e.setQuota(q, c.Gone)
		}
		if n := c.Namespace; n != nil && put(e.inventory.namespaces, n.Name, n, c.Gone, labelsOfNamespace) {
			moved.namespaces[n.Name] = true
		}
		if n := c.Node; n != nil {
			e.nodes.put(n, c.Gone)
			e.resize(e.inventory.nodes[n.Name], n, c.Gone)
			if put(e.inventory.nodes, n.Name, n, c.Gone, labelsOfNode) {
				moved.nodes[n.Name] = true
			}
		}
	}
	if len(moved.namespaces)+len(moved.nodes) == 0 {
		return nil
	}
	return &moved
}

// resize notes that what pods of thresholds use at most can be other than before,
// because a node has more or less for them.
func (e *Engine) resize(before, after *model.Node, gone bool) {
	if before != nil && !gone && before.Allocatable == after.Allocatable {
		return
	}
	for _, r := range e.reports.byID {
		r.watch.disturb()
	}
}

func labelsOfNamespace(n *model.Namespace) model.Labels { return n.Labels }

func labelsOfNode(n *model.Node) model.Labels { return n.Labels }

// put keeps an object, and tells whether it came, went or changed its labels.
func put[T any](m map[string]T, name string, object T, gone bool, labels func(T) model.Labels) (moved bool) {
	old, known := m[name]
	if gone {
		delete(m, name)
		return known
	}
	m[name] = object
	return !known || !slices.Equal(labels(old), labels(object))
}

// rematch matches the pods of changed namespaces and nodes anew, save those
// that were matched in this same call.
func (e *Engine) rematch(moved *surroundings) {
	for _, p := range e.inventory.order {
		if p.matched != e.applied && (moved.namespaces[p.Namespace] || moved.nodes[p.Node]) {
			e.leaveAll(p)
			e.rejoin(p)
		}
	}
}

func (e *Engine) removePod(gone *model.Pod) {
	p, known := e.inventory.pods[gone.UID]
	if !known {
		e.ended(gone)
		return
	}
	if p.sample.time == 0 {
		e.ended(last(p.Pod, gone))
	}
	e.leaveAll(p)
	e.inventory.remove(p)
}

// setPod adds a pod or gives it its new form. Its last sample stays where the
// containers are the same.
func (e *Engine) setPod(changed *model.Pod) {
	p, ok := e.inventory.pods[changed.UID]
	if !ok {
		p = &pod{Pod: changed, undated: true, denominators: newDenominators(changed)}
		e.inventory.add(p)
		e.rejoin(p)
		return
	}
	e.leaveAll(p)
	if !sameContainers(p.Pod, changed) {
		p.sample.void()
	}
	p.undated = p.undated || startedAt(changed) > startedAt(p.Pod)
	p.Pod, p.denominators = changed, newDenominators(changed)
	e.rejoin(p)
}

func sameContainers(a, b *model.Pod) bool {
	if len(a.Containers) != len(b.Containers) {
		return false
	}
	for i := range a.Containers {
		if a.Containers[i].Name != b.Containers[i].Name {
			return false
		}
	}
	return true
}

// rejoin makes a pod without memberships a member of all rows it belongs to.
func (e *Engine) rejoin(p *pod) {
	p.matched = e.applied
	for r := range e.reports.of(p.Namespace) {
		e.join(p, r)
	}
}
