package usage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// quotaChange is a quota for CPU alone, in cores.
func quotaChange(namespace, name string, hard, used int64) model.Change {
	cpu := func(n int64) model.Declared {
		return model.Declared{Amounts: model.Amounts{n * cores}, Set: [model.ResourceCount]bool{model.CPU: true}}
	}
	return model.Change{Quota: &model.Quota{Namespace: namespace, Name: name, Hard: cpu(hard), Used: cpu(used)}}
}

// TestQuotasShowBetweenTicks: a quota counts as soon as it is known, and only in
// rows of namespaces.
func TestQuotasShowBetweenTicks(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("data", "db", "app"), newPod("shop", "web", "app")))
	set(t, e, clusterReport, grouped(v1alpha1.GroupByNamespace), usage.Need{Top: 1})
	set(t, e, namespacedReport("shop"), byPod, many)
	for _, step := range []struct {
		name   string
		change []model.Change
		want   *usage.Quota
	}{
		{name: "none"},
		{"the first", []model.Change{quotaChange("shop", "a", 4, 1), quotaChange("nowhere", "a", 1, 1)}, &usage.Quota{Hard: 4 * cores, Used: cores, Counted: true}},
		{"a smaller one", []model.Change{quotaChange("shop", "b", 2, 3)}, &usage.Quota{Hard: 2 * cores, Used: 3 * cores, Counted: true}},
		{"it grows", []model.Change{quotaChange("shop", "b", 5, 3)}, &usage.Quota{Hard: 4 * cores, Used: cores, Counted: true}},
		{"the first goes", []model.Change{{Quota: &model.Quota{Namespace: "shop", Name: "a"}, Gone: true}}, &usage.Quota{Hard: 5 * cores, Used: 3 * cores, Counted: true}},
		{"the last goes", []model.Change{{Quota: &model.Quota{Namespace: "shop", Name: "b"}, Gone: true}}, nil},
	} {
		e.Apply(step.change)
		own, all := view(t, e, namespacedReport("shop")), view(t, e, clusterReport)
		if diff := cmp.Diff(step.want, own.Total.Resources[model.CPU].Quota); diff != "" {
			t.Errorf("%s: the total (-want +got):\n%s", step.name, diff)
		}
		for _, row := range []*usage.Row{&own.Rows[0], &all.Rows[0], &all.Total, all.Other} {
			if q := row.Resources[model.CPU].Quota; q != nil {
				t.Errorf("%s: %+v has the quota %+v", step.name, row.Subject, q)
			}
		}
		if q := own.Total.Resources[model.Memory].Quota; q != nil {
			t.Errorf("%s: memory has the quota %+v", step.name, q)
		}
	}
}
