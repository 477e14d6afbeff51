package inventory

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/usage-operator/usage-operator/internal/model"
)

// +kubebuilder:rbac:groups="",resources=resourcequotas,verbs=list;watch

func quotaSource(client kubernetes.Interface, namespace string, s reflected) source {
	quotas := client.CoreV1().ResourceQuotas(namespace)
	return source{
		kind:   in(namespace, "resourcequotas"),
		object: &corev1.ResourceQuota{},
		list: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return quotas.List(ctx, options)
		},
		watch:  quotas.Watch,
		store:  s,
		client: client,
	}
}

// quotaKey is the name of a quota.
type quotaKey struct{ namespace, name string }

func keyOf(q *model.Quota) quotaKey { return quotaKey{q.Namespace, q.Name} }

// quotaDraft is a quota on its way to its row.
type quotaDraft struct {
	quota *model.Quota
	// out tells that the quota bounds nothing that is reported.
	out bool
}

func (d quotaDraft) identity() (namespace, name, uid string) {
	return d.quota.Namespace, d.quota.Name, d.quota.UID
}

// quotaTable holds the quotas that bound what whole namespaces request.
type quotaTable struct {
	rows    map[quotaKey]*model.Quota
	changed changeFunc[quotaKey, model.Quota]
}

func newQuotaTable(changed changeFunc[quotaKey, model.Quota]) *quotaTable {
	return &quotaTable{rows: map[quotaKey]*model.Quota{}, changed: changed}
}

func (t *quotaTable) compact(obj any) (quotaDraft, error) { return compactQuota(obj) }

func (t *quotaTable) put(d quotaDraft) {
	key := keyOf(d.quota)
	old := t.rows[key]
	switch {
	case d.out:
		t.drop(key)
	case old != nil && *old == *d.quota:
	default:
		t.rows[key] = d.quota
		t.changed(key, old, d.quota)
	}
}

func (t *quotaTable) remove(namespace, name, uid string) {
	key := quotaKey{namespace, name}
	if old := t.rows[key]; old != nil && (uid == "" || uid == old.UID) {
		t.drop(key)
	}
}

func (t *quotaTable) replace(namespace string, items []*item[quotaDraft]) {
	present := make(map[quotaKey]bool, len(items))
	for _, i := range items {
		present[keyOf(i.of.quota)] = true
		t.put(i.of)
	}
	for key := range t.rows {
		if !present[key] && isWithin(key.namespace, namespace) {
			t.drop(key)
		}
	}
}

func (t *quotaTable) drop(key quotaKey) {
	if old := t.rows[key]; old != nil {
		delete(t.rows, key)
		t.changed(key, old, nil)
	}
}

// changes appends the marked quotas that are not what the reader was told.
func (t *quotaTable) changes(into []model.Change, m marks[quotaKey, model.Quota]) []model.Change {
	for key, told := range m {
		current := t.rows[key]
		switch {
		case current == nil:
			into = append(into, model.Change{Quota: told, Gone: true})
		case told == nil || *told != *current:
			into = append(into, model.Change{Quota: current})
		}
	}
	return into
}

// compactQuota keeps what counts of a ResourceQuota. One with scopes bounds only
// some of the namespace's pods.
func compactQuota(obj any) (quotaDraft, error) {
	q, ok := obj.(*corev1.ResourceQuota)
	if !ok {
		return quotaDraft{}, fmt.Errorf("the inventory got a %T in place of a quota", obj)
	}
	row := &model.Quota{UID: string(q.UID), Namespace: q.Namespace, Name: q.Name}
	if len(q.Spec.Scopes) > 0 || q.Spec.ScopeSelector != nil {
		return quotaDraft{quota: row, out: true}, nil
	}
	for r, names := range requested {
		for _, name := range names {
			tighten(row, r, name, q)
		}
	}
	return quotaDraft{quota: row, out: row.Hard.Set == [model.ResourceCount]bool{}}, nil
}

// tighten lowers a row's amount to the one that a quota sets by a name.
func tighten(row *model.Quota, r int, name corev1.ResourceName, q *corev1.ResourceQuota) {
	hard, bounded := enforced(q)[name]
	if !bounded {
		return
	}
	amount := units[r].amount(&hard)
	if row.Hard.Set[r] && row.Hard.Amounts[r] <= amount {
		return
	}
	used, counted := q.Status.Used[name]
	row.Hard.Amounts[r], row.Hard.Set[r] = amount, true
	row.Used.Amounts[r], row.Used.Set[r] = units[r].amount(&used), counted
}

// requested are the names by which a quota bounds requests. The short ones are
// the older synonyms.
var requested = [model.ResourceCount][]corev1.ResourceName{
	model.CPU:    {corev1.ResourceRequestsCPU, corev1.ResourceCPU},
	model.Memory: {corev1.ResourceRequestsMemory, corev1.ResourceMemory},
}

// enforced are the amounts that pods are admitted by: those that have been
// counted. A quota that nobody has counted yet has only those that are wanted.
func enforced(q *corev1.ResourceQuota) corev1.ResourceList {
	if q.Status.Hard == nil {
		return q.Spec.Hard
	}
	return q.Status.Hard
}
