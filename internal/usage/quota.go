package usage

import "github.com/usage-operator/usage-operator/internal/model"

// Quota is what a namespace's quota says of one resource, in nanocores or bytes.
type Quota struct {
	// Hard is how much the namespace may request in all.
	Hard int64
	// Used is how much of that the quota counts as taken, where Counted tells
	// that it has been counted.
	Used    int64
	Counted bool
}

// quotas are found by namespace, then name.
type quotas map[string]map[string]*model.Quota

// set takes a change of a quota.
func (q quotas) set(changed *model.Quota, gone bool) {
	of := q[changed.Namespace]
	if of == nil {
		of = map[string]*model.Quota{}
		q[changed.Namespace] = of
	}
	if of[changed.Name] = changed; gone {
		delete(of, changed.Name)
	}
	if len(of) == 0 {
		delete(q, changed.Namespace)
	}
}

// setQuota takes a change of a quota. It is news for the reports that may show it,
// and moves no pod.
func (e *Engine) setQuota(changed *model.Quota, gone bool) {
	e.inventory.quotas.set(changed, gone)
	for r := range e.reports.of(changed.Namespace) {
		r.changed = true
	}
}

// smallest returns the quota with the smallest amount of a resource, nil where
// no quota of the namespace bounds it.
func (q quotas) smallest(namespace string, r model.Resource) (smallest *Quota) {
	for _, of := range q[namespace] {
		if !of.Hard.Set[r] {
			continue
		}
		found := Quota{Hard: of.Hard.Amounts[r], Used: of.Used.Amounts[r], Counted: of.Used.Set[r]}
		if smallest == nil || found.before(smallest) {
			smallest = &found
		}
	}
	return smallest
}

// before puts the tighter quota first. Of equal ones the order does not depend on
// that of a map: the one that counts more stands in front.
func (q *Quota) before(o *Quota) bool {
	switch {
	case q.Hard != o.Hard:
		return q.Hard < o.Hard
	case q.Counted != o.Counted:
		return q.Counted
	default:
		return q.Used > o.Used
	}
}

// addQuotas tells the rows that are about one whole namespace what its quotas
// say. The total is such a row where the report is limited to its own namespace.
func (e *Engine) addQuotas(r *report, v *View) {
	if !r.plan.WholeNamespaces() {
		return
	}
	if scope := r.plan.Scope(); scope != "" {
		e.addQuota(&v.Total, scope)
	}
	if !r.plan.PerNamespace() {
		return
	}
	for i := range v.Rows {
		e.addQuota(&v.Rows[i], v.Rows[i].Subject.Namespace)
	}
}

func (e *Engine) addQuota(row *Row, namespace string) {
	for r := range row.Resources {
		row.Resources[r].Quota = e.inventory.quotas.smallest(namespace, model.Resource(r))
	}
}
