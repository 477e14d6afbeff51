package inventory

import (
	"fmt"
	"iter"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// podTable holds the pods that occupy a node.
type podTable struct {
	// rows are found by namespace, then name: one map of both would hold the
	// namespace once more for each pod.
	rows      map[string]map[string]*podRow
	count     int
	interned  *interner
	workloads *workloads
	changed   changeFunc[podKey, model.Pod]
}

func newPodTable(w *workloads, changed changeFunc[podKey, model.Pod]) *podTable {
	t := &podTable{rows: map[string]map[string]*podRow{}, interned: newInterner(), workloads: w, changed: changed}
	w.pods = t.parentOf
	return t
}

// parentOf is a findFunc, for pods that own pods: the leader of a group of
// workers. Of one that is not bound or is finished nothing is known.
func (t *podTable) parentOf(l link) (parent *reference, known bool) {
	row := t.row(podKey{l.namespace, l.name})
	if row == nil || row.pod == nil || row.pod.UID != l.uid {
		return nil, false
	}
	if row.controller == nil {
		return nil, true
	}
	by := row.controller.link().reference
	return &by, true
}

// at returns the pod of a name, nil where there is none.
func (t *podTable) at(key podKey) *model.Pod {
	if row := t.row(key); row != nil {
		return row.pod
	}
	return nil
}

func (t *podTable) row(key podKey) *podRow { return t.rows[key.namespace][key.name] }

// all yields every row.
func (t *podTable) all(yield func(*podRow) bool) {
	for _, rows := range t.rows {
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}
}

// in returns the rows of a namespace; "" is the cluster.
func (t *podTable) in(namespace string) iter.Seq[*podRow] {
	if namespace == "" {
		return t.all
	}
	return maps.Values(t.rows[namespace])
}

func (t *podTable) compact(obj any) (draft, error) {
	p, ok := obj.(*corev1.Pod)
	if !ok {
		return draft{}, fmt.Errorf("the inventory got a %T in place of a pod", obj)
	}
	return compactPod(p, t.interned), nil
}

func (t *podTable) put(d draft) {
	pod := d.pod
	row := t.row(podKey{pod.Namespace, pod.Name})
	switch {
	case d.out && row == nil:
	case d.out:
		t.drop(row)
	case row == nil:
		row = &podRow{}
		t.insert(pod, row)
		t.settle(row, pod, d.controller)
	case samePod(row.pod, pod) && row.controller.is(pod.Namespace, d.controller):
	default:
		// The key's string serves the new pod too.
		pod.Name = row.pod.Name
		t.settle(row, pod, d.controller)
		t.interned.replaced(t.count, t.mark)
	}
}

// settle gives a row its pod, with the owners that its controller leads to.
func (t *podTable) settle(row *podRow, pod *model.Pod, by *reference) {
	told, before := row.pod, row.controller
	if row.controller != nil && !row.controller.is(pod.Namespace, by) {
		t.workloads.leave(row)
	}
	if row.controller == nil && by != nil {
		t.workloads.join(row, link{namespace: pod.Namespace, reference: *by})
	}
	if row.controller != nil {
		pod.Owners = row.controller.owners
	}
	row.pod = pod
	t.changed(podKey{pod.Namespace, pod.Name}, told, pod)
	if told == nil || told.UID != pod.UID || row.controller != before {
		t.ownerChanged(link{
			namespace: pod.Namespace,
			reference: reference{groupKind: podKind, name: pod.Name, uid: pod.UID},
		})
	}
}

func (t *podTable) remove(namespace, name, uid string) {
	if row := t.row(podKey{namespace, name}); row != nil && (uid == "" || uid == row.pod.UID) {
		t.drop(row)
	}
}

func (t *podTable) insert(pod *model.Pod, row *podRow) {
	rows := t.rows[pod.Namespace]
	if rows == nil {
		rows = map[string]*podRow{}
		t.rows[pod.Namespace] = rows
	}
	rows[pod.Name] = row
	t.count++
}

func (t *podTable) drop(row *podRow) {
	pod := row.pod
	delete(t.rows[pod.Namespace], pod.Name)
	if len(t.rows[pod.Namespace]) == 0 {
		delete(t.rows, pod.Namespace)
	}
	t.count--
	if row.controller != nil {
		t.workloads.leave(row)
	}
	t.changed(podKey{pod.Namespace, pod.Name}, pod, nil)
	t.interned.replaced(t.count, t.mark)
}

func (t *podTable) replace(namespace string, items []*item[draft]) {
	stale := t.count > 0
	present := make(map[podKey]struct{})
	for _, i := range items {
		if stale {
			present[podKey{i.of.pod.Namespace, i.of.pod.Name}] = struct{}{}
		}
		t.put(i.of)
	}
	t.interned.forgetReferences()
	if !stale {
		return
	}
	for row := range t.in(namespace) {
		if _, ok := present[podKey{row.pod.Namespace, row.pod.Name}]; !ok {
			t.drop(row)
		}
	}
}

// ownerChanged gives the pods below an owner their new owners.
func (t *podTable) ownerChanged(owner link) {
	for _, c := range t.workloads.below(owner) {
		t.resolve(c)
	}
}

// walkAnew gives all pods the owners that can be climbed to now.
func (t *podTable) walkAnew() {
	for c := range t.workloads.every {
		t.resolve(c)
	}
}

// resolve gives the pods of a controller their new owners.
func (t *podTable) resolve(c *controller) {
	if !t.workloads.resolve(c) {
		return
	}
	for row := c.pods; row != nil; row = row.next {
		told, pod := row.pod, *row.pod
		pod.Owners = c.owners
		row.pod = &pod
		t.changed(podKey{pod.Namespace, pod.Name}, told, &pod)
	}
}

// mark tells the interner what the rows hold.
func (t *podTable) mark(k *kept) {
	for row := range t.all {
		k.markText(row.pod.Namespace)
		k.markText(row.pod.Node)
		k.markLabels(row.pod.Labels)
		k.markContainers(row.pod.Containers)
	}
	for _, c := range t.workloads.controllers {
		k.markText(c.owners[0].Group)
		k.markText(c.owners[0].Kind)
	}
}
