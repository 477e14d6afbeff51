package inventory

import (
	"cmp"
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// named is what is kept of a namespace or a node.
type named struct {
	name   string
	labels model.Labels
	// node is empty for a namespace.
	node nodeFacts
}

// identity gives the name for the UID of a namespace, which nothing is told of.
func (n *named) identity() (namespace, name, uid string) {
	return "", n.name, cmp.Or(n.node.uid, n.name)
}

// same tells whether two rows of one name hold the same.
func (n *named) same(o *named) bool { return n.node == o.node && slices.Equal(n.labels, o.labels) }

func compactNamespace(obj any, in *interner) (*named, error) {
	o, err := metadataOf(obj)
	if err != nil {
		return nil, err
	}
	return &named{name: o.Name, labels: in.labels(o.Labels)}, nil
}

func namespaceChange(n *named) model.Change {
	return model.Change{Namespace: &model.Namespace{Name: n.name, Labels: n.labels}}
}

// nameTable holds the namespaces or the nodes, by name.
type nameTable struct {
	rows     map[string]*named
	interned *interner
	// of keeps what counts of an object.
	of      func(obj any, in *interner) (*named, error)
	changed changeFunc[string, named]
}

func newNameTable(of func(any, *interner) (*named, error), changed changeFunc[string, named]) *nameTable {
	return &nameTable{rows: map[string]*named{}, interned: newInterner(), of: of, changed: changed}
}

func (t *nameTable) compact(obj any) (*named, error) { return t.of(obj, t.interned) }

func (t *nameTable) put(n *named) {
	old := t.rows[n.name]
	if old != nil && old.same(n) {
		return
	}
	t.set(n.name, old, n)
}

// remove leaves a node of another UID. Of namespaces the UID is not kept.
func (t *nameTable) remove(_, name, uid string) {
	old := t.rows[name]
	if old == nil || uid != "" && old.node.uid != "" && uid != old.node.uid {
		return
	}
	t.set(name, old, nil)
}

// replace knows no namespaces: there are none within what it holds.
func (t *nameTable) replace(_ string, items []*item[*named]) {
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
		case told == nil || !told.same(current):
			into = append(into, change(current))
		}
	}
	return into
}
