package node

import (
	"fmt"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// tolerance is how far a report may be from the truth, as a share of it. It has to cover the memory of the programs
// themselves, and that kubelet and metrics-server each look at a moment of their own.
const tolerance = 0.1

// testKnownUsage compares a report with what programs do.
func testKnownUsage(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "known")
	workloads := []workload{
		{name: "web", replicas: 2, millicores: 150, mebibytes: 96},
		{name: "db", replicas: 1, millicores: 60, mebibytes: 160},
	}
	want := workload{name: "the sum"}
	for _, w := range workloads {
		create(t, w.deployment(namespace))
		want.millicores += w.replicas * w.millicores
		want.mebibytes += w.replicas * w.mebibytes
	}
	want.replicas = 1
	r := newReport(t, namespace, v1alpha1.GroupKey{Type: v1alpha1.GroupByWorkload})
	awaitReport(t, r, func() error {
		if len(r.Status.Groups) != len(workloads) {
			return fmt.Errorf("there are %d rows, want %d", len(r.Status.Groups), len(workloads))
		}
		if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionTrue); err != nil {
			return err
		}
		for _, w := range workloads {
			if err := w.isReported(rowOf(r, w.name)); err != nil {
				return err
			}
		}
		return want.isReported(r.Status.Total)
	})
	t.Logf("programs use %dm and %dMi, the report says %s and %s", want.millicores, want.mebibytes,
		r.Status.Total.Resources["cpu"].Usage, r.Status.Total.Resources["memory"].Usage)
}

// rowOf is the row of a workload; nil where there is none.
func rowOf(r *v1alpha1.UsageReport, name string) *v1alpha1.Row {
	for i := range r.Status.Groups {
		if s := r.Status.Groups[i].Subject; s != nil && s.Workload != nil && s.Workload.Name == name {
			return &r.Status.Groups[i]
		}
	}
	return nil
}

// isReported returns an error unless the row says what all replicas do together.
func (w workload) isReported(row *v1alpha1.Row) error {
	if row == nil {
		return fmt.Errorf("there is no row of %s", w.name)
	}
	for name, want := range map[v1alpha1.ResourceName]float64{
		"cpu":    float64(w.replicas*w.millicores) / 1000,
		"memory": float64(w.replicas*w.mebibytes) * (1 << 20),
	} {
		got, err := resource.ParseQuantity(string(row.Resources[name].Usage))
		if err != nil {
			return fmt.Errorf("%s has no %s: %w", w.name, name, err)
		}
		if off := got.AsApproximateFloat64()/want - 1; off > tolerance || off < -tolerance {
			return fmt.Errorf("%s uses %s of %s by the report, which is off by %.0f %%", w.name, got.String(), name, 100*off)
		}
	}
	return nil
}
