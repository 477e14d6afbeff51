package rbac

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	coordinationv1 "k8s.io/api/coordination/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// works returns an error unless each report has numbers and each threshold has told of its alert, all of them are
// remembered, the orphans are gone, and the metrics can be read.
func (s *scenario) works(ctx context.Context) error {
	for _, r := range s.reports {
		if err := isReported(ctx, r); err != nil {
			return err
		}
	}
	for _, x := range s.thresholds {
		if err := hasTold(ctx, x); err != nil {
			return err
		}
	}
	for _, o := range s.owners() {
		if err := isRemembered(ctx, o); err != nil {
			return err
		}
	}
	for _, o := range s.orphans {
		if err := isGone(ctx, o); err != nil {
			return err
		}
	}
	return s.scraper.scrape(ctx)
}

func isReported(ctx context.Context, r v1alpha1.ReportObject) error {
	if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
		return err
	}
	status := r.ReportStatus()
	if err := isReady(status.Conditions); err != nil {
		return fmt.Errorf("the report %s: %w", r.GetName(), err)
	}
	if status.Total == nil || status.Total.Resources[v1alpha1.ResourceCPU].Usage == "" {
		return fmt.Errorf("the report %s has no numbers", r.GetName())
	}
	return nil
}

func isReady(conditions []v1alpha1.Condition) error {
	ready := func(c v1alpha1.Condition) bool {
		return c.Type == v1alpha1.ConditionReady && c.Status == metav1.ConditionTrue
	}
	if !slices.ContainsFunc(conditions, ready) {
		return fmt.Errorf("it is not ready: %v", conditions)
	}
	return nil
}

// hasTold returns an error unless the threshold fires and there is an Event of it.
func hasTold(ctx context.Context, x v1alpha1.ThresholdObject) error {
	if err := api.Get(ctx, client.ObjectKeyFromObject(x), x); err != nil {
		return err
	}
	status := x.ThresholdStatus()
	if err := isReady(status.Conditions); err != nil {
		return fmt.Errorf("the threshold %s: %w", x.GetName(), err)
	}
	if status.State != v1alpha1.StateFiring {
		return fmt.Errorf("the threshold %s is %s", x.GetName(), status.State)
	}
	events, err := eventsOf(ctx, x)
	if err == nil && len(events) == 0 {
		err = fmt.Errorf("there is no Event of the threshold %s", x.GetName())
	}
	return err
}

func eventsOf(ctx context.Context, x v1alpha1.ThresholdObject) ([]eventsv1.Event, error) {
	var list eventsv1.EventList
	err := api.List(ctx, &list, client.MatchingLabels{v1alpha1.ThresholdUIDLabel: string(x.GetUID())})
	return list.Items, err
}

// isRemembered returns an error unless there is a checkpoint that was written again.
func isRemembered(ctx context.Context, owner client.Object) error {
	c := checkpointOf(owner)
	if err := api.Get(ctx, client.ObjectKeyFromObject(c), c); err != nil {
		return err
	}
	if c.Generation < 2 {
		return fmt.Errorf("the checkpoint of %T %s was written only once", owner, owner.GetName())
	}
	return nil
}

// checkpointOf names the checkpoint of its owner.
func checkpointOf(owner client.Object) *v1alpha1.UsageCheckpoint {
	return &v1alpha1.UsageCheckpoint{ObjectMeta: metav1.ObjectMeta{Namespace: operator.Namespace, Name: string(owner.GetUID())}}
}

// isWrittenAfter asks for a later version of a checkpoint.
func isWrittenAfter(then *v1alpha1.UsageCheckpoint) func(context.Context) error {
	return func(ctx context.Context) error {
		now := &v1alpha1.UsageCheckpoint{}
		err := api.Get(ctx, client.ObjectKeyFromObject(then), now)
		if err == nil && now.Generation == then.Generation {
			err = fmt.Errorf("the checkpoint %s has not been written again", then.Name)
		}
		return err
	}
}

// deletion deletes objects.
func deletion(objects []client.Object) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, o := range objects {
			if err := client.IgnoreNotFound(api.Delete(ctx, o)); err != nil {
				return err
			}
		}
		return nil
	}
}

// areForgotten asks for the checkpoints to be gone with their owners.
func areForgotten(owners []client.Object) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, o := range owners {
			if err := isGone(ctx, checkpointOf(o)); err != nil {
				return err
			}
		}
		return nil
	}
}

func isGone(ctx context.Context, o client.Object) error {
	err := api.Get(ctx, client.ObjectKeyFromObject(o), o)
	if err == nil {
		return fmt.Errorf("%T %s is still there", o, o.GetName())
	}
	return client.IgnoreNotFound(err)
}

// hasReleasedLease returns an error unless another operator could lead at once.
func hasReleasedLease(ctx context.Context) error {
	var leases coordinationv1.LeaseList
	if err := api.List(ctx, &leases, client.InNamespace(operator.Namespace)); err != nil {
		return err
	}
	if len(leases.Items) != 1 {
		return fmt.Errorf("there are %d leases, want one", len(leases.Items))
	}
	if holder := leases.Items[0].Spec.HolderIdentity; holder != nil && *holder != "" {
		return errors.New("the lease is still held by " + *holder)
	}
	return nil
}
