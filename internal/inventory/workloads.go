package inventory

import "slices"

// workloads answers who owns the pods.
type workloads struct {
	// near are the tables of the kinds that stand between a pod and its
	// workload, and pods finds the pods that do.
	near []*ownerTable
	pods findFunc
	// high are the tables of the other built-in kinds, and distant knows the
	// owners of all further kinds. They are climbed only while far is set.
	high    []*ownerTable
	distant *distant
	far     bool
	// controllers are found by their UID.
	controllers map[string]*controller
	// above finds the controllers whose walk goes through an owner that is not
	// the first.
	above map[link][]*controller
}

func newWorkloads(near, high []*ownerTable) *workloads {
	return &workloads{
		near: near, high: high, distant: newDistant(),
		controllers: map[string]*controller{}, above: map[link][]*controller{},
	}
}

// join puts a row under its controller.
func (w *workloads) join(row *podRow, l link) {
	c := w.find(l)
	if c == nil {
		c = &controller{namespace: l.namespace, uid: l.uid, twin: w.controllers[l.uid]}
		c.owners, c.climbed, _ = w.walk(l)
		w.controllers[l.uid] = c
		w.climb(c, c.climbed)
	}
	row.controller, row.next = c, c.pods
	if c.pods != nil {
		c.pods.prev = row
	}
	c.pods = row
}

// leave takes a row from its controller. A controller without pods is
// forgotten.
func (w *workloads) leave(row *podRow) {
	c := row.controller
	if row.prev != nil {
		row.prev.next = row.next
	} else {
		c.pods = row.next
	}
	if row.next != nil {
		row.next.prev = row.prev
	}
	row.controller, row.next, row.prev = nil, nil, nil
	if c.pods == nil {
		w.forget(c)
	}
}

// find returns the controller that a link leads to, nil where no pod has it.
func (w *workloads) find(l link) *controller {
	for c := w.controllers[l.uid]; c != nil; c = c.twin {
		if c.link() == l {
			return c
		}
	}
	return nil
}

// forget takes out a controller that has no pods.
func (w *workloads) forget(c *controller) {
	w.climb(c, nil)
	first := w.controllers[c.uid]
	switch {
	case first != c:
		for first.twin != c {
			first = first.twin
		}
		first.twin = c.twin
	case c.twin != nil:
		w.controllers[c.uid] = c.twin
	default:
		delete(w.controllers, c.uid)
	}
}

// uses tells whether any pod stands below an owner.
func (w *workloads) uses(owner link) bool { return len(w.above[owner]) > 0 || w.find(owner) != nil }

// every yields all controllers.
func (w *workloads) every(yield func(*controller) bool) {
	for _, c := range w.controllers {
		for ; c != nil; c = c.twin {
			if !yield(c) {
				return
			}
		}
	}
}

// below returns the controllers that an owner is, or stands above.
func (w *workloads) below(owner link) []*controller {
	found := slices.Clone(w.above[owner])
	if c := w.find(owner); c != nil {
		found = append(found, c)
	}
	return found
}
