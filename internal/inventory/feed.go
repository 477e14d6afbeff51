package inventory

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Feed collects what changes in an inventory. It holds at most one mark per
// object, however long it is not drained.
type Feed struct {
	inventory *Inventory

	// What follows is guarded by the inventory's lock. While whole is set
	// nothing is marked, since the next Drain tells everything.
	whole      bool
	pods       marks[podKey, model.Pod]
	namespaces marks[string, named]
	nodes      marks[string, named]
	quotas     marks[quotaKey, model.Quota]
	// missed are the pods that ran and left without the reader having heard that
	// they run; at most maxMissed.
	missed []*model.Pod
}

// maxMissed bounds what a feed that is not drained holds of pods that are gone.
const maxMissed = 10_000

// marks holds, for each object that has changed since the last Drain, what the
// reader was last told of it; nil for nothing.
type marks[K comparable, T any] map[K]*T

// note marks an object. One that the reader never heard of and that is gone
// again needs no mark.
func (m marks[K, T]) note(key K, told, current *T) {
	first, marked := m[key]
	switch {
	case !marked:
		m[key] = told
	case first == nil && current == nil:
		delete(m, key)
	}
}

// notePod marks a pod, and keeps it where it has run and leaves unheard of.
func (f *Feed) notePod(key podKey, told, current *model.Pod) {
	leaves := told != nil && (current == nil || current.UID != told.UID)
	if first, marked := f.pods[key]; marked && leaves && told.Ran && len(f.missed) < maxMissed {
		if first == nil || first.UID != told.UID || !first.Ran {
			f.missed = append(f.missed, told)
		}
	}
	f.pods.note(key, told, current)
}

// changeFunc is called when an object has changed. told is its row until then,
// current the one from then on; nil stands for none.
type changeFunc[K comparable, T any] func(key K, told, current *T)

// collectPods is collect for pods.
func collectPods(inv *Inventory) changeFunc[podKey, model.Pod] {
	return func(key podKey, told, current *model.Pod) {
		for f := range inv.feeds {
			if !f.whole {
				f.notePod(key, told, current)
			}
		}
	}
}

// collect returns what marks an object of one kind in all feeds.
func collect[K comparable, T any](inv *Inventory, marksOf func(*Feed) marks[K, T]) changeFunc[K, T] {
	return func(key K, told, current *T) {
		for f := range inv.feeds {
			if !f.whole {
				marksOf(f).note(key, told, current)
			}
		}
	}
}

// Drain appends to into what has happened since the last call and returns it,
// at most one change per object and two where a pod was recreated under its
// name. The first call returns the whole inventory. First come the pods that
// left, then namespaces, nodes and quotas, then the pods that came or changed.
//
// Before all of them come the pods that began to run and left since the last
// call, as Gone, in their last form: the reader may know them, as pods that do
// not run yet, or not at all. There are at most 10,000 of them.
func (f *Feed) Drain(into []model.Change) []model.Change {
	inv := f.inventory
	inv.mu.Lock()
	defer inv.mu.Unlock()
	if _, open := inv.feeds[f]; !open {
		return into
	}
	if f.whole {
		into = inv.everything(into)
	} else {
		for _, p := range f.missed {
			into = append(into, model.Change{Pod: p, Gone: true})
		}
		into = f.podsGone(into)
		into = inv.namespaces.changes(into, f.namespaces, namespaceChange)
		into = inv.nodes.changes(into, f.nodes, nodeChange)
		into = inv.quotas.changes(into, f.quotas)
		into = f.podsPresent(into)
	}
	f.whole = false
	// New maps, because a map never gives back what it once grew to.
	f.pods = marks[podKey, model.Pod]{}
	f.namespaces, f.nodes = marks[string, named]{}, marks[string, named]{}
	f.quotas = marks[quotaKey, model.Quota]{}
	f.missed = nil
	return into
}

// Close ends the feed. The inventory collects nothing for it any more.
func (f *Feed) Close() {
	f.inventory.mu.Lock()
	defer f.inventory.mu.Unlock()
	delete(f.inventory.feeds, f)
	f.whole = true
	f.pods, f.namespaces, f.nodes, f.quotas, f.missed = nil, nil, nil, nil, nil
}

// everything appends all that the inventory holds.
func (inv *Inventory) everything(into []model.Change) []model.Change {
	into = slices.Grow(into, len(inv.namespaces.rows)+len(inv.nodes.rows)+len(inv.quotas.rows)+inv.pods.count)
	for _, n := range inv.namespaces.rows {
		into = append(into, namespaceChange(n))
	}
	for _, n := range inv.nodes.rows {
		into = append(into, nodeChange(n))
	}
	for _, q := range inv.quotas.rows {
		into = append(into, model.Change{Quota: q})
	}
	for row := range inv.pods.all {
		into = append(into, model.Change{Pod: row.pod})
	}
	return into
}

// podsGone appends the pods that the reader knows and that are no more. A pod
// of another UID under the same name does not keep them.
func (f *Feed) podsGone(into []model.Change) []model.Change {
	for key, told := range f.pods {
		current := f.inventory.pods.at(key)
		if told != nil && (current == nil || current.UID != told.UID) {
			into = append(into, model.Change{Pod: told, Gone: true})
		}
	}
	return into
}

// podsPresent appends the pods that are new to the reader or differ from what
// it was told. A pod that has changed and changed back is left out.
func (f *Feed) podsPresent(into []model.Change) []model.Change {
	for key, told := range f.pods {
		current := f.inventory.pods.at(key)
		if current == nil || told != nil && samePod(told, current) && slices.Equal(told.Owners, current.Owners) {
			continue
		}
		into = append(into, model.Change{Pod: current})
	}
	return into
}
