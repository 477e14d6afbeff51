package inventory

import (
	"math"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/usage-operator/usage-operator/internal/model"
)

// amounts is a resource list in words.
type amounts map[corev1.ResourceName]string

func (a amounts) list() corev1.ResourceList {
	if a == nil {
		return nil
	}
	l := corev1.ResourceList{}
	for name, text := range a {
		l[name] = resource.MustParse(text)
	}
	return l
}

// quotaOf returns a quota that has been counted.
func quotaOf(name, uid string, hard, used amounts, change ...func(*corev1.ResourceQuota)) *corev1.ResourceQuota {
	q := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(uid)},
		Spec:       corev1.ResourceQuotaSpec{Hard: hard.list()},
		Status:     corev1.ResourceQuotaStatus{Hard: hard.list(), Used: used.list()},
	}
	for _, c := range change {
		c(q)
	}
	return q
}

func uncounted(q *corev1.ResourceQuota) { q.Status = corev1.ResourceQuotaStatus{} }

func notBestEffort(q *corev1.ResourceQuota) {
	q.Spec.Scopes = []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeNotBestEffort}
}

func ofPriority(q *corev1.ResourceQuota) {
	q.Spec.ScopeSelector = &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{
		{ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: corev1.ScopeSelectorOpExists},
	}}
}

// bound is a model.Declared in short: cpu and memory, -1 for what is not set.
func bound(cpu, memory int64) (d model.Declared) {
	for r, amount := range []int64{cpu, memory} {
		if d.Set[r] = amount >= 0; d.Set[r] {
			d.Amounts[r] = amount
		}
	}
	return d
}

const core = 1_000_000_000

func TestWhatCountsOfAQuota(t *testing.T) {
	for _, test := range []struct {
		name       string
		quota      *corev1.ResourceQuota
		hard, used model.Declared
	}{
		{"requests", quotaOf("q", "1", amounts{"requests.cpu": "4", "requests.memory": "8Gi"}, amounts{"requests.cpu": "1500m", "requests.memory": "3Gi"}),
			bound(4*core, 8<<30), bound(1500_000_000, 3<<30)},
		{"synonyms", quotaOf("q", "1", amounts{"cpu": "4", "memory": "8Gi"}, amounts{"cpu": "1", "memory": "3Gi"}),
			bound(4*core, 8<<30), bound(core, 3<<30)},
		{"both names, the long one smaller", quotaOf("q", "1", amounts{"cpu": "4", "requests.cpu": "3"}, amounts{"cpu": "1", "requests.cpu": "2"}),
			bound(3*core, -1), bound(2*core, -1)},
		{"both names, the short one smaller", quotaOf("q", "1", amounts{"cpu": "2", "requests.cpu": "3"}, amounts{"cpu": "1", "requests.cpu": "2"}),
			bound(2*core, -1), bound(core, -1)},
		{"limits and counts beside", quotaOf("q", "1", amounts{"limits.memory": "1Gi", "pods": "5", "memory": "2Gi"}, amounts{"limits.memory": "1Gi", "memory": "1Gi"}),
			bound(-1, 2<<30), bound(-1, 1<<30)},
		{"nothing allowed", quotaOf("q", "1", amounts{"cpu": "0"}, amounts{"cpu": "0"}), bound(0, -1), bound(0, -1)},
		{"more than there is", quotaOf("q", "1", amounts{"cpu": "20G", "memory": "20E"}, amounts{"cpu": "0", "memory": "0"}),
			bound(math.MaxInt64, math.MaxInt64), bound(0, 0)},
		{"not counted yet", quotaOf("q", "1", amounts{"cpu": "4", "memory": "8Gi"}, nil, uncounted), bound(4*core, 8<<30), bound(-1, -1)},
		{"an edit that is not counted yet", quotaOf("q", "1", amounts{"cpu": "4"}, amounts{"cpu": "3"}, func(q *corev1.ResourceQuota) {
			q.Spec.Hard = amounts{"cpu": "2", "memory": "1Gi"}.list()
		}), bound(4*core, -1), bound(3*core, -1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t)
			r := newReader(t, f.Inventory)
			f.add("resourcequotas", test.quota)
			r.expect("+quota shop/q")
			want := model.Quota{UID: "1", Namespace: "shop", Name: "q", Hard: test.hard, Used: test.used}
			if diff := gocmp.Diff(want, r.quotas[quotaKey{"shop", "q"}]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuotasThatDoNotCount(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.replace("resourcequotas",
		quotaOf("scoped", "1", amounts{"cpu": "1"}, nil, notBestEffort),
		quotaOf("selected", "2", amounts{"cpu": "1"}, nil, ofPriority),
		quotaOf("limits", "3", amounts{"limits.cpu": "1", "limits.memory": "1Gi"}, nil),
		quotaOf("objects", "4", amounts{"pods": "1", "requests.storage": "1Gi"}, nil),
		quotaOf("nothing", "5", nil, nil))
	r.expect()
}

func TestQuotasComeChangeAndGo(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	four, one, two := amounts{"cpu": "4", "pods": "10"}, amounts{"cpu": "1", "pods": "1"}, amounts{"cpu": "2", "pods": "2"}
	f.replace("resourcequotas", quotaOf("a", "1", four, one), quotaOf("b", "2", four, one))
	r.expect("+quota shop/a", "+quota shop/b")

	// The quota controller writes whenever it has counted.
	f.add("resourcequotas", quotaOf("a", "1", four, amounts{"cpu": "1000m", "pods": "7"}, func(q *corev1.ResourceQuota) {
		q.ResourceVersion, q.Annotations = "9", map[string]string{"seen": "now"}
	}))
	r.expect()
	f.add("resourcequotas", quotaOf("a", "1", four, two), quotaOf("a", "1", four, one))
	r.expect()
	f.add("resourcequotas", quotaOf("a", "1", four, two))
	r.expect("+quota shop/a")

	f.add("resourcequotas", quotaOf("b", "2", amounts{"pods": "10"}, nil))
	r.expect("-quota shop/b")
	f.delete("resourcequotas", quotaOf("b", "2", four, one))
	f.delete("resourcequotas", quotaOf("a", "old", four, one))
	r.expect()
	f.delete("resourcequotas", cache.DeletedFinalStateUnknown{Key: "shop/a", Obj: quotaOf("a", "old", four, one)})
	r.expect("-quota shop/a")

	f.add("resourcequotas", quotaOf("brief", "3", four, one))
	f.delete("resourcequotas", quotaOf("brief", "3", four, one))
	f.add("resourcequotas", quotaOf("c", "4", four, one))
	r.expect("+quota shop/c")
	f.replace("resourcequotas", quotaOf("d", "5", four, one))
	r.expect("-quota shop/c", "+quota shop/d")
	second := newReader(t, f.Inventory)
	second.expect("+quota shop/d")
}
