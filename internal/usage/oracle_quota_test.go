package usage_test

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// quotaName names a quota.
type quotaName struct{ namespace, name string }

// addQuotas gives the rows of an answer what the quotas say of their namespaces.
func (o *oracle) addQuotas(r *trueReport, a *answer) {
	s := &r.spec
	if s.Selector != nil || s.Workloads != nil || s.ExcludeContainers != nil || s.NodeSelector != nil {
		return
	}
	for resource := range model.ResourceCount {
		if r.scope != "" {
			a.total.quota[resource] = o.tightest(r.scope, resource)
		}
		for _, row := range a.rows {
			if r.aboutNamespaces() {
				row.quota[resource] = o.tightest(row.subject.Namespace, resource)
			}
		}
	}
}

// aboutNamespaces tells whether the rows are namespaces.
func (r *trueReport) aboutNamespaces() bool {
	count := map[v1alpha1.GroupKeyType]int{}
	for _, k := range r.spec.GroupBy {
		count[k.Type]++
	}
	labels := count[v1alpha1.GroupByNamespaceLabel]
	return count[v1alpha1.GroupByNamespace] == 1 && len(r.spec.GroupBy) == 1+labels
}

// tightest returns the smallest of a namespace's quotas for a resource. Of equal
// ones it is the one that has counted most.
func (o *oracle) tightest(namespace string, r model.Resource) *usage.Quota {
	var found []usage.Quota
	for name, q := range o.quotas {
		if name.namespace == namespace && q.Hard.Set[r] {
			found = append(found, usage.Quota{Hard: q.Hard.Amounts[r], Used: q.Used.Amounts[r], Counted: q.Used.Set[r]})
		}
	}
	if found == nil {
		return nil
	}
	counted := func(q usage.Quota) int64 {
		if !q.Counted {
			return -1
		}
		return q.Used
	}
	slices.SortFunc(found, func(a, b usage.Quota) int {
		return cmp.Or(cmp.Compare(a.Hard, b.Hard), cmp.Compare(counted(b), counted(a)))
	})
	return &found[0]
}

// quotaFigures is a quota that can be compared with ==.
type quotaFigures struct {
	Bounded bool
	usage.Quota
}

func newQuotaFigures(q *usage.Quota) quotaFigures {
	if q == nil {
		return quotaFigures{}
	}
	return quotaFigures{true, *q}
}

// changeQuota makes, changes or deletes a quota, often one of several of its
// namespace.
func (w *world) changeQuota() model.Change {
	q := model.Quota{Namespace: pick(w, namespaces...), Name: fmt.Sprint("quota-", w.IntN(3)), Hard: w.declared()}
	name := quotaName{q.Namespace, q.Name}
	if w.chance(0.3) {
		delete(w.truth.quotas, name)
		return model.Change{Quota: &q, Gone: true}
	}
	if w.chance(0.3) { // the same as another's
		q.Hard = w.truth.quotas[quotaName{q.Namespace, "quota-0"}].Hard
	}
	used := w.declared()
	for r := range q.Hard.Set {
		if q.Used.Set[r] = q.Hard.Set[r] && used.Set[r]; q.Used.Set[r] {
			q.Used.Amounts[r] = used.Amounts[r]
		}
	}
	w.truth.quotas[name] = q
	return model.Change{Quota: &q}
}

// wholeNamespaces selects all pods and groups them by namespaces, by a label of
// theirs, or by both.
func (w *world) wholeNamespaces() (s v1alpha1.ClusterSelection) {
	by := []v1alpha1.GroupKey{{Type: v1alpha1.GroupByNamespace}, {Type: v1alpha1.GroupByNamespaceLabel, Label: "team"}}
	w.Shuffle(len(by), func(i, j int) { by[i], by[j] = by[j], by[i] })
	s.GroupBy = pick(w, by, by[:1])
	return s
}

func (w *world) countQuotas(v *usage.View) {
	if v.Total.Resources[model.CPU].Quota != nil {
		w.seen.quotasOfTotals++
	}
	for _, row := range v.Rows {
		if row.Resources[model.Memory].Quota != nil {
			w.seen.quotasOfRows++
		}
	}
}
