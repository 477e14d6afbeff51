package inventory

import (
	"cmp"
	"iter"
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Identify sets the versions and the UIDs of references, as far as the inventory
// knows the objects that they name: pods that occupy a node, nodes, and the owners
// of such pods, which are asked for in the namespace of their pods whatever their
// scope. Many at once cost one pass over the pods of their namespaces.
func (inv *Inventory) Identify(refs []model.Reference) {
	owners := wanted{}
	for i := range refs {
		if k := (groupKind{refs[i].Group, refs[i].Kind}); k != podKind && k != nodeKind {
			owners.add(&refs[i])
		}
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	for i := range refs {
		inv.identify(&refs[i])
	}
	inv.searchTables(owners, inv.workloads().high)
	inv.searchPods(owners)
	inv.searchTables(owners, inv.workloads().near)
}

// identify sets the version of a reference, and the UID where its kind is held by
// name.
func (inv *Inventory) identify(r *model.Reference) {
	k := groupKind{r.Group, r.Kind}
	r.Version = cmp.Or(r.Version, inv.workloads().version(k))
	switch k {
	case podKind:
		if pod := inv.pods.at(podKey{r.Namespace, r.Name}); pod != nil {
			r.UID = pod.UID
		}
	case nodeKind:
		if node := inv.nodes.rows[r.Name]; node != nil {
			r.UID = node.node.uid
		}
	}
}

// searchPods looks for owners of pods. It looks at each controller once.
func (inv *Inventory) searchPods(w wanted) {
	for namespace, owners := range w {
		for _, row := range inv.pods.rows[namespace] {
			if row.controller == nil || row.prev != nil || !slices.ContainsFunc(row.controller.owners, owners.want) {
				continue
			}
			for l := range inv.workloads().links(row.controller) {
				w.found(l)
			}
		}
	}
}

// searchTables looks for owners in tables, and for those whom they name.
func (inv *Inventory) searchTables(w wanted, tables []*ownerTable) {
	for _, t := range tables {
		if len(w) == 0 {
			return
		}
		for _, row := range t.rows {
			w.found(link{row.namespace, reference{t.kind, row.name, row.uid}})
			if row.parent != nil {
				w.found(link{row.namespace, *row.parent})
			}
		}
	}
}

// version is that of a kind's API; "" where it is not known.
func (w *workloads) version(k groupKind) string {
	if k == podKind || k == nodeKind || tableOf(w.near, k) != nil || tableOf(w.high, k) != nil {
		return "v1"
	}
	return w.distant.kinds[k].version
}

// links yields what leads to a controller's owners, as far as the rows are there
// that lead on.
func (w *workloads) links(c *controller) iter.Seq[link] {
	return func(yield func(link) bool) {
		l := c.link()
		for range c.owners {
			if !yield(l) {
				return
			}
			find := w.finderOf(l.groupKind)
			if find == nil {
				return
			}
			parent, _ := find(l)
			if parent == nil {
				return
			}
			l.reference = *parent
		}
	}
}

// wanted are references to owners without a UID, by their namespaces.
type wanted map[string]wantedOwners

// wantedOwners are those of one namespace.
type wantedOwners map[ownerName][]*model.Reference

type ownerName struct {
	groupKind
	name string
}

func (w wanted) add(r *model.Reference) {
	owners := w[r.Namespace]
	if owners == nil {
		owners = wantedOwners{}
		w[r.Namespace] = owners
	}
	name := ownerName{groupKind{r.Group, r.Kind}, r.Name}
	owners[name] = append(owners[name], r)
}

func (o wantedOwners) want(w model.Workload) bool {
	return o[ownerName{groupKind{w.Group, w.Kind}, w.Name}] != nil
}

// found gives a UID to those who want it. The first one stands.
func (w wanted) found(l link) {
	owners := w[l.namespace]
	if owners == nil {
		return
	}
	name := ownerName{l.groupKind, l.name}
	for _, r := range owners[name] {
		r.UID = l.uid
	}
	if delete(owners, name); len(owners) == 0 {
		delete(w, l.namespace)
	}
}
