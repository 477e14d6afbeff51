package inventory

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// maxOwners bounds a walk, and with it what a circle of references can cost.
const maxOwners = 10

// resolve walks from a controller upwards and tells whether its owners have
// changed. A walk that ends at a missing row does not shorten an earlier
// answer: the row may have been deleted before its pods.
func (w *workloads) resolve(c *controller) (changed bool) {
	owners, climbed, whole := w.walk(c.link())
	w.climb(c, climbed)
	if !whole && len(owners) < len(c.owners) && slices.Equal(owners, c.owners[:len(owners)]) {
		return false
	}
	if slices.Equal(owners, c.owners) {
		return false
	}
	c.owners = owners
	return true
}

// walk returns the owners from l upwards, those of them beyond the first that
// it asked for their own controllers, and whether none of these was missing.
func (w *workloads) walk(l link) (owners []model.Workload, climbed []link, whole bool) {
	for range maxOwners {
		owner := w.workload(l)
		if slices.Contains(owners, owner) || strays(owners, owner) {
			return slices.Clip(owners), climbed, true
		}
		owners = append(owners, owner)
		find := w.finderOf(l.groupKind)
		if find == nil {
			return slices.Clip(owners), climbed, true
		}
		if len(owners) > 1 {
			climbed = append(climbed, l)
		}
		parent, known := find(l)
		if parent == nil {
			return slices.Clip(owners), climbed, known
		}
		l = link{namespace: l.namespace, reference: *parent}
	}
	return owners, climbed, true
}

// strays tells whether a namespaced owner is claimed by a cluster-scoped object,
// which has no namespace to find it in.
func strays(owners []model.Workload, owner model.Workload) bool {
	return len(owners) > 0 && owners[len(owners)-1].ClusterScoped && !owner.ClusterScoped
}

// workload names the owner that a link leads to.
func (w *workloads) workload(l link) model.Workload {
	return model.Workload{Group: l.group, Kind: l.kind, Name: l.name, ClusterScoped: w.clusterScoped(l.groupKind)}
}

func (w *workloads) clusterScoped(k groupKind) bool {
	switch {
	case k == nodeKind:
		return true
	case k == podKind, tableOf(w.near, k) != nil, tableOf(w.high, k) != nil:
		return false
	default:
		return w.distant.clusterScoped(k)
	}
}

// findFunc returns the controller of an owner, nil where it has none or the
// owner is not known.
type findFunc func(l link) (parent *reference, known bool)

// finderOf returns what knows the owners of a kind, nil where the walk ends.
func (w *workloads) finderOf(k groupKind) findFunc {
	if k == podKind {
		return w.pods
	}
	if t := tableOf(w.near, k); t != nil {
		return t.parentOf
	}
	if !w.far || k == nodeKind {
		return nil
	}
	if t := tableOf(w.high, k); t != nil {
		return t.parentOf
	}
	return w.distant.parentOf
}

// tableOf returns the table of a kind, nil where there is none.
func tableOf(tables []*ownerTable, k groupKind) *ownerTable {
	for _, t := range tables {
		if t.kind == k {
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
