package e2e

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestQuotas compares what rows of namespaces say of quotas with the quotas
// themselves, as the quota controller counts them.
func TestQuotas(t *testing.T) {
	t.Parallel()
	bounded, free := newNamespace(t, "quota", nil), newNamespace(t, "quota", nil)
	quotas(t, bounded)
	web := container{"web", "200m", "96Mi", "", ""}
	create(t, deployment(bounded, "web", 3, podTemplate(map[string]string{"app": "web"}, usage("123m", "100Mi"), web)))
	create(t, deployment(free, "web", 2, podTemplate(map[string]string{"app": "web"}, usage("77m", "50Mi"), web)))

	byNamespace := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "quota-by-namespace"}}
	byNamespace.Spec.Namespaces = []string{bounded, free}
	byNamespace.Spec.GroupBy = keys(v1alpha1.GroupByNamespace)
	byNamespace.Spec.ReportSettings = fastest
	create(t, byNamespace)
	own := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: bounded, Name: "own"}}
	own.Spec.ReportSettings = fastest
	create(t, own)

	eventually(t, soon, func(ctx context.Context) error {
		want, err := quotaFigures(ctx, byNamespace, bounded, free)
		if err != nil {
			return err
		}
		got := map[string]map[string]string{}
		for _, row := range byNamespace.Status.Groups {
			got[row.Subject.Namespace] = reportedQuota(&row)
		}
		return different(want, got)
	})
	eventually(t, soon, func(ctx context.Context) error {
		want, err := quotaFigures(ctx, own, bounded)
		if err != nil {
			return err
		}
		return different(want, map[string]map[string]string{bounded: reportedQuota(own.Status.Total)})
	})
}

// quotas gives a namespace three quotas. Of the first the CPU is the smallest, of
// the second the memory, and the third counts only some of the pods.
func quotas(t *testing.T, namespace string) {
	t.Helper()
	for name, spec := range map[string]corev1.ResourceQuotaSpec{
		"cpu":    {Hard: corev1.ResourceList{"requests.cpu": resource.MustParse("1700m"), "memory": resource.MustParse("3Gi"), "pods": resource.MustParse("10")}},
		"memory": {Hard: corev1.ResourceList{"cpu": resource.MustParse("2"), "requests.memory": resource.MustParse("700Mi")}},
		"scoped": {Hard: corev1.ResourceList{"requests.cpu": resource.MustParse("1"), "requests.memory": resource.MustParse("500Mi")},
			Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeNotTerminating}},
	} {
		create(t, &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: spec})
	}
}

// quotaFigures reads a report and says what it must show for some namespaces, of
// which only the first has quotas. It fails unless the report and the Metrics API
// speak of the same samples.
func quotaFigures(ctx context.Context, r v1alpha1.ReportObject, namespaces ...string) (map[string]map[string]string, error) {
	now, err := observe(ctx)
	if err != nil {
		return nil, err
	}
	rows, newest, err := now.rows(in("quota", func(p *corev1.Pod, _ string) string { return p.Namespace }))
	if err != nil {
		return nil, err
	}
	if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
		return nil, err
	}
	if at := string(r.ReportStatus().SampleTime); at != newest.UTC().Format("2006-01-02T15:04:05Z") {
		return nil, fmt.Errorf("the report is of %q, the Metrics API of %s", at, newest)
	}
	want := map[string]map[string]string{}
	for i, namespace := range namespaces {
		row := rows[namespace]
		if row == nil {
			return nil, fmt.Errorf("no pod of %s yet", namespace)
		}
		want[namespace] = map[string]string{}
		if i > 0 {
			continue
		}
		for name, from := range map[corev1.ResourceName]struct{ quota, key string }{
			corev1.ResourceCPU: {"cpu", "requests.cpu"}, corev1.ResourceMemory: {"memory", "requests.memory"},
		} {
			if err := quotaFigure(ctx, want[namespace], name, namespace, from.quota, corev1.ResourceName(from.key), row.usage[name]); err != nil {
				return nil, err
			}
		}
	}
	return want, nil
}

// quotaFigure adds what a row must show of one resource.
func quotaFigure(ctx context.Context, into map[string]string, name corev1.ResourceName, namespace, quota string, key corev1.ResourceName, used *big.Int) error {
	var q corev1.ResourceQuota
	if err := api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: quota}, &q); err != nil {
		return err
	}
	hard, taken := exact(name, q.Status.Hard[key]), exact(name, q.Status.Used[key])
	if taken.Sign() == 0 {
		return fmt.Errorf("quota %s has not counted the pods yet", quota)
	}
	into[string(name)+" hard"], into[string(name)+" used"] = hard.String(), taken.String()
	into[string(name)+" % of quota"] = new(big.Int).Div(new(big.Int).Mul(used, big.NewInt(100)), hard).String()
	return nil
}

// reportedQuota puts what a row says of quotas into the same form.
func reportedQuota(r *v1alpha1.Row) map[string]string {
	f := figures{Values: map[string]string{}}
	for name, u := range r.Resources {
		if u.Quota != nil {
			f.quantity(name, "hard", u.Quota.Hard)
			f.quantity(name, "used", u.Quota.Used)
		}
		if u.PercentOf != nil {
			f.integer(string(name)+" % of quota", u.PercentOf.Quota)
		}
	}
	return f.Values
}

func different(want, got map[string]map[string]string) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("quotas (-want +got):\n%s", diff)
	}
	return nil
}
