package inventory

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// named is what is kept of a namespace or a node.
type named struct {
	name   string
	labels model.Labels
}

// identity gives the name for the UID too, which nothing is told of: that of
// a cluster-scoped object is as good.
func (n *named) identity() (namespace, name, uid string) { return "", n.name, n.name }

func namespaceChange(n *named) model.Change {
	return model.Change{Namespace: &model.Namespace{Name: n.name, Labels: n.labels}}
}

func nodeChange(n *named) model.Change {
	return model.Change{Node: &model.Node{Name: n.name, Labels: n.labels}}
}

// nameTable holds the namespaces or the nodes, by name.
type nameTable struct {
	rows     map[string]*named
	interned *interner
	changed  changeFunc[string, named]
}

func newNameTable(changed changeFunc[string, named]) *nameTable {
	return &nameTable{rows: map[string]*named{}, interned: newInterner(), changed: changed}
}

func (t *nameTable) compact(obj any) (*named, error) {
	o, err := metadataOf(obj)
	if err != nil {
		return nil, err
	}
	return &named{name: o.Name, labels: t.interned.labels(o.Labels)}, nil
}

func (t *nameTable) put(n *named) {
	old := t.rows[n.name]
	if old != nil && slices.Equal(old.labels, n.labels) {
		return
	}
	t.set(n.name, old, n)
}

func (t *nameTable) remove(_, name, _ string) {
	if old := t.rows[name]; old != nil {
		t.set(name, old, nil)
	}
}

func (t *nameTable) replace(items []*item[*named]) {
	present := make(map[string]bool, len(items))
	for _, i := range items {
		present[i.of.name] = true
		t.put(i.of)
	}
	for name, old := range t.rows {
		if !present[name] {
			t.set(name, old, nil)
		}
	}
}

func (t *nameTable) set(name string, old, current *named) {
	if current == nil {
		delete(t.rows, name)
	} else {
		t.rows[name] = current
	}
	t.changed(name, old, current)
	t.interned.replaced(len(t.rows), t.mark)
}

// mark tells the interner what the rows hold.
func (t *nameTable) mark(k *kept) {
	for _, n := range t.rows {
		k.markLabels(n.labels)
	}
}

// changes appends the marked objects that are not what the reader was told.
func (t *nameTable) changes(into []model.Change, m marks[string, named], change func(*named) model.Change) []model.Change {
	for name, told := range m {
		current := t.rows[name]
		switch {
		case current == nil:
			gone := change(told)
			gone.Gone = true
			into = append(into, gone)
		case told == nil || !slices.Equal(told.labels, current.labels):
			into = append(into, change(current))
		}
	}
	return into
}
