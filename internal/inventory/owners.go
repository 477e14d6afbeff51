package inventory

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// groupKind is a kind of objects, whatever the version.
type groupKind struct{ group, kind string }

var (
	podKind                   = groupKind{"", "Pod"}
	nodeKind                  = groupKind{"", "Node"}
	replicationControllerKind = groupKind{"", "ReplicationController"}
	replicaSetKind            = groupKind{"apps", "ReplicaSet"}
	deploymentKind            = groupKind{"apps", "Deployment"}
	statefulSetKind           = groupKind{"apps", "StatefulSet"}
	daemonSetKind             = groupKind{"apps", "DaemonSet"}
	jobKind                   = groupKind{"batch", "Job"}
	cronJobKind               = groupKind{"batch", "CronJob"}
)

// reference is what an object says of its controller.
type reference struct {
	groupKind
	name, uid string
}

// link is a reference together with the namespace of the object that holds it.
// An owner outside that namespace is none of its business.
type link struct {
	namespace string
	reference
}

// controllerOf returns the reference to an object's controller, nil where
// nothing controls it.
func controllerOf(o metav1.Object, in *interner) *reference {
	ref := metav1.GetControllerOfNoCopy(o)
	if ref == nil {
		return nil
	}
	group, _, grouped := strings.Cut(ref.APIVersion, "/")
	if !grouped {
		group = ""
	}
	return in.reference(reference{
		groupKind: groupKind{group: in.text(group), kind: in.text(ref.Kind)},
		name:      ref.Name,
		uid:       string(ref.UID),
	})
}

// ownerRow is what is kept of an owner.
type ownerRow struct {
	namespace, name, uid string
	// parent is nil where nothing controls the owner.
	parent *reference
}

func (r *ownerRow) identity() (namespace, name, uid string) { return r.namespace, r.name, r.uid }

// ownerTable holds the owners of one kind, by UID.
type ownerTable struct {
	kind     groupKind
	rows     map[string]*ownerRow
	interned *interner
	// changed is called after a row has come or changed, not after it has gone.
	changed func(link)
}

func newOwnerTables(kinds []ownerKind) []*ownerTable {
	tables := make([]*ownerTable, len(kinds))
	for i, k := range kinds {
		tables[i] = &ownerTable{kind: k.groupKind, rows: map[string]*ownerRow{}, interned: newInterner()}
	}
	return tables
}

// find returns the row that a link leads to. A row of the right UID in another
// namespace or under another name is not it: what a pod says of its owner is
// written by its user.
func (t *ownerTable) find(l link) *ownerRow {
	row := t.rows[l.uid]
	if row == nil || row.namespace != l.namespace || row.name != l.name {
		return nil
	}
	return row
}

// parentOf is a findFunc.
func (t *ownerTable) parentOf(l link) (parent *reference, known bool) {
	if row := t.find(l); row != nil {
		return row.parent, true
	}
	return nil, false
}

func (t *ownerTable) compact(obj any) (*ownerRow, error) {
	o, err := metadataOf(obj)
	if err != nil {
		return nil, err
	}
	return &ownerRow{
		namespace: t.interned.text(o.Namespace), name: o.Name, uid: string(o.UID),
		parent: controllerOf(o, t.interned),
	}, nil
}

func (t *ownerTable) put(r *ownerRow) {
	old := t.rows[r.uid]
	if old != nil && sameReference(old.parent, r.parent) {
		return
	}
	t.rows[r.uid] = r
	if old != nil {
		t.interned.replaced(len(t.rows), t.mark)
	}
	t.changed(link{
		namespace: r.namespace,
		reference: reference{groupKind: t.kind, name: r.name, uid: r.uid},
	})
}

// remove forgets a row. The pods below it keep the owners that it led to.
func (t *ownerTable) remove(_, _, uid string) {
	if _, known := t.rows[uid]; !known {
		return
	}
	delete(t.rows, uid)
	t.interned.replaced(len(t.rows), t.mark)
}

func (t *ownerTable) replace(namespace string, items []*item[*ownerRow]) {
	if len(t.rows) == 0 {
		t.rows = make(map[string]*ownerRow, len(items))
	}
	present := make(map[string]struct{}, len(items))
	for _, i := range items {
		present[i.of.uid] = struct{}{}
		t.put(i.of)
	}
	for uid, row := range t.rows {
		if _, ok := present[uid]; !ok && isWithin(row.namespace, namespace) {
			t.remove("", "", uid)
		}
	}
}

// forget drops all rows without a word.
func (t *ownerTable) forget() {
	t.rows, t.interned = map[string]*ownerRow{}, newInterner()
}

// mark tells the interner what the rows hold.
func (t *ownerTable) mark(k *kept) {
	for _, row := range t.rows {
		k.markText(row.namespace)
		k.markReference(row.parent)
	}
}

func sameReference(a, b *reference) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
