package usage

import "github.com/usage-operator/usage-operator/internal/model"

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

// surroundings are the namespaces and nodes that changed.
type surroundings struct {
	namespaces, nodes map[string]bool
}

// setSurroundings returns nil when no namespace and no node changed.
func (e *Engine) setSurroundings(changes []model.Change) *surroundings {
	var moved *surroundings
	for i := range changes {
		c := &changes[i]
		if c.Quota != nil {
			e.inventory.quotas.set(c.Quota, c.Gone)
		}
		if c.Namespace == nil && c.Node == nil {
			continue
		}
		if moved == nil {
			moved = &surroundings{namespaces: map[string]bool{}, nodes: map[string]bool{}}
		}
		if c.Namespace != nil {
			put(e.inventory.namespaces, c.Namespace.Name, c.Namespace, c.Gone)
			moved.namespaces[c.Namespace.Name] = true
		}
		if c.Node != nil {
			put(e.inventory.nodes, c.Node.Name, c.Node, c.Gone)
			moved.nodes[c.Node.Name] = true
		}
	}
	return moved
}

func put[T any](m map[string]T, name string, object T, gone bool) {
	if gone {
		delete(m, name)
		return
	}
	m[name] = object
}

// rematch matches the pods of changed namespaces and nodes anew, save those
// that were matched in this same call.
func (e *Engine) rematch(moved *surroundings) {
	for _, p := range e.inventory.order {
		if p.matched != e.applied && (moved.namespaces[p.Namespace] || moved.nodes[p.Node]) {
			e.quitAll(p)
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
	if p.sample.time.IsZero() {
		e.ended(last(p.Pod, gone))
	}
	e.quitAll(p)
	e.inventory.remove(p)
}

// setPod adds a pod or gives it its new form. Its last sample stays where the
// containers are the same.
func (e *Engine) setPod(changed *model.Pod) {
	p, ok := e.inventory.pods[changed.UID]
	if !ok {
		p = &pod{Pod: changed, undated: true}
		e.inventory.add(p)
		e.rejoin(p)
		return
	}
	e.quitAll(p)
	if !sameContainers(p.Pod, changed) {
		p.sample = sample{time: p.sample.time}
		p.whole = observed{}
	}
	p.undated = p.undated || startedAt(changed) > startedAt(p.Pod)
	p.Pod = changed
	if p.sample.usage != nil {
		p.whole = p.observes(share{}) // what it declares may have changed
	}
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

func (e *Engine) quitAll(p *pod) {
	for i := range p.memberships {
		e.quit(p, &p.memberships[i])
	}
	clear(p.memberships)
	p.memberships = p.memberships[:0]
}
