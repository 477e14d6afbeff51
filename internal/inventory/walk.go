package inventory

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// maxOwners bounds a walk, and with it what a circle of references can cost.
const maxOwners = 8

// resolve walks from a controller upwards and tells whether its owners have
// changed. A walk that ends at a missing row does not shorten an earlier
// answer: the row may have been deleted before its pods.
func (w *workloads) resolve(c *controller) (changed bool) {
	owners, climbed, whole := w.walk(c.link())
	if !whole && len(owners) < len(c.owners) && slices.Equal(owners, c.owners[:len(owners)]) {
		return false
	}
	w.climb(c, climbed)
	if slices.Equal(owners, c.owners) {
		return false
	}
	c.owners = owners
	return true
}

// walk returns the owners from l upwards, those of them beyond the first that
// have rows of their own to go on from, and whether no row was missing.
func (w *workloads) walk(l link) (owners []model.Workload, climbed []link, whole bool) {
	for range maxOwners {
		owner, t := l.workload(), w.tableOf(l)
		if slices.Contains(owners, owner) {
			return slices.Clip(owners), climbed, true
		}
		owners = append(owners, owner)
		if t == nil {
			return slices.Clip(owners), climbed, true
		}
		if len(owners) > 1 {
			climbed = append(climbed, l)
		}
		row := t.find(l)
		if row == nil || row.parent == nil {
			return slices.Clip(owners), climbed, row != nil
		}
		l = link{namespace: l.namespace, reference: *row.parent}
	}
	return owners, climbed, true
}

// tableOf returns the table that has the rows of a link's kind, nil where the
// walk ends.
func (w *workloads) tableOf(l link) *ownerTable {
	for _, t := range w.tables {
		if t.kind == l.groupKind {
			return t
		}
	}
	return nil
}

// climb records the owners that a controller's walk goes through.
func (w *workloads) climb(c *controller, through []link) {
	for _, l := range c.climbed {
		rest := slices.DeleteFunc(w.above[l], func(o *controller) bool { return o == c })
		if w.above[l] = rest; len(rest) == 0 {
			delete(w.above, l)
		}
	}
	for _, l := range through {
		w.above[l] = append(w.above[l], c)
	}
	c.climbed = through
}
