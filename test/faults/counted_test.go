package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// inexact is by how much a time may be off that is read from a status: times are in
// whole seconds, and the first sample may be one older than the report.
const inexact = 3 * time.Second

// isCountedOnce wants that the windows and the accounts of reports hold no more time
// than has passed since these were created.
func (s *scene) isCountedOnce(ctx context.Context) error {
	pods := podsEach
	return errors.Join(s.countsOnce(ctx, s.shop.report, pods), s.countsOnce(ctx, s.aside.report, pods), s.countsOnce(ctx, s.report, 2*pods))
}

func (s *scene) countsOnce(ctx context.Context, r v1alpha1.ReportObject, pods int) error {
	if err := s.API.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
		return err
	}
	most := time.Since(r.GetCreationTimestamp().Time) + inexact
	status := r.ReportStatus()
	if status.Window == nil || status.Window.ObservedSeconds == 0 || len(status.Periods) == 0 {
		return fmt.Errorf("report %s/%s has no window or no account", r.GetNamespace(), r.GetName())
	}
	if observed := time.Duration(status.Window.ObservedSeconds) * time.Second; observed > most {
		return fmt.Errorf("the window of report %s/%s has observed %s of %s", r.GetNamespace(), r.GetName(), observed, most)
	}
	accounted, err := accountedTime(status, pods)
	if err == nil && (accounted > most || accounted == 0) {
		err = fmt.Errorf("the account of report %s/%s has observed %s of %s", r.GetNamespace(), r.GetName(), accounted, most)
	}
	return err
}

// accountedTime is for how long the pods, which never use another amount of CPU, must
// have run for what the accounts say.
func accountedTime(status *v1alpha1.ReportStatus, pods int) (time.Duration, error) {
	each := resource.MustParse(podCPU)
	var hours float64
	for i := range status.Periods {
		q, err := resource.ParseQuantity(string(status.Periods[i].Total.UsageHours[v1alpha1.ResourceCPU]))
		if err != nil {
			return 0, err
		}
		hours += q.AsApproximateFloat64()
	}
	return time.Duration(hours / (each.AsApproximateFloat64() * float64(pods)) * float64(time.Hour)), nil
}
