package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestSurvival kills the operator in the middle of a window, then stops it
// gracefully: the window goes on, a peak of before stays, nothing counts twice.
func TestSurvival(t *testing.T) {
	if !alone(t) {
		return
	}
	namespace := newNamespace(t, "survival", nil)
	// It runs before the report is there: a time without pods counts, as zero.
	pod := runPod(t, namespace, "busy", usage("400m", "64Mi"), "busy")
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "busy"}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitObserved(t, r, 45)
	use(t, pod, "100m")
	awaitObserved(t, r, r.Status.Window.ObservedSeconds+30)
	awaitCheckpoint(t, r, true)

	for _, end := range []struct {
		name string
		end  func() error
		lost time.Duration
	}{
		{"kill -9", underTest.Kill, checkpointInterval},
		{"graceful stop", underTest.Stop, 0},
	} {
		before := r.Status.DeepCopy()
		if err := errors.Join(end.end(), underTest.Again()); err != nil {
			t.Fatalf("%s: %v", end.name, err)
		}
		eventually(t, soon, func(ctx context.Context) error {
			if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
				return err
			}
			return goesOn(before, &r.Status, end.lost)
		})
	}
}

// goesOn returns an error while a status has no newer sample than before, and where
// it has forgotten anything.
func goesOn(before, after *v1alpha1.ReportStatus, lost time.Duration) error {
	if after.SampleTime <= before.SampleTime || after.Window == nil {
		return fmt.Errorf("no newer sample than that of %s", before.SampleTime)
	}
	w := after.Window
	if least := before.Window.ObservedSeconds - int64(lost.Seconds()); w.ObservedSeconds < least {
		return fmt.Errorf("observed for %d seconds, want %d at least", w.ObservedSeconds, least)
	}
	if w.StartTime != before.Window.StartTime {
		return fmt.Errorf("the window starts at %s, and did at %s", w.StartTime, before.Window.StartTime)
	}
	start, err := w.StartTime.Time()
	if err != nil {
		return err
	}
	end, err := w.EndTime.Time()
	if err != nil {
		return err
	}
	if most := int64(end.Sub(start).Seconds()) + 1; w.ObservedSeconds > most {
		return fmt.Errorf("observed for %d of %d seconds: some counted twice", w.ObservedSeconds, most)
	}
	cpu, peak := after.Total.Resources[v1alpha1.ResourceCPU], before.Total.Resources[v1alpha1.ResourceCPU].Maximum
	if cpu.Maximum != peak || quantity(cpu.Usage).Cmp(quantity(peak)) >= 0 {
		return fmt.Errorf("the maximum is %s, and was %s; the usage is %s", cpu.Maximum, peak, cpu.Usage)
	}
	return near("p95", cpu.P95, quantity(peak), quantity(peak), 2)
}

// TestCheckpointOfADeletedReport: it goes with its report, also where that was
// deleted while the operator was down.
func TestCheckpointOfADeletedReport(t *testing.T) {
	if !alone(t) {
		return
	}
	namespace := newNamespace(t, "deleted", nil)
	runPod(t, namespace, "busy", usage("100m", "64Mi"), "busy")
	var reports []*v1alpha1.UsageReport
	for _, name := range []string{"while-up", "while-down"} {
		r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		r.Spec.ReportSettings = fastest
		create(t, r)
		reports = append(reports, r)
	}
	for _, r := range reports {
		awaitCheckpoint(t, r, true)
	}
	remove := func(r *v1alpha1.UsageReport) {
		if err := api.Delete(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	remove(reports[0])
	awaitCheckpoint(t, reports[0], false)
	if err := underTest.Stop(); err != nil {
		t.Fatal(err)
	}
	remove(reports[1])
	if err := underTest.Again(); err != nil {
		t.Fatal(err)
	}
	awaitCheckpoint(t, reports[1], false)
}

// awaitObserved waits until a report has observed so many seconds.
func awaitObserved(t *testing.T, r *v1alpha1.UsageReport, seconds int64) {
	t.Helper()
	eventually(t, 2*soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		if r.Status.Window == nil || r.Status.Window.ObservedSeconds < seconds {
			return fmt.Errorf("observed %+v, want %d seconds", r.Status.Window, seconds)
		}
		return nil
	})
}

// awaitCheckpoint waits until a report has a checkpoint, or has none.
func awaitCheckpoint(t *testing.T, r *v1alpha1.UsageReport, want bool) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		err := api.Get(ctx, client.ObjectKey{Namespace: operator.Namespace, Name: string(r.UID)}, &v1alpha1.UsageCheckpoint{})
		switch {
		case client.IgnoreNotFound(err) != nil:
			return err
		case apierrors.IsNotFound(err) == want:
			return fmt.Errorf("%s has a checkpoint: %t, want %t", r.Name, !want, want)
		}
		return nil
	})
}
