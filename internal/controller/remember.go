package controller

import (
	"context"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/usage"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// remember lets a report go on from what it remembers before it is first served,
// and stores that before it rests. It tells false while that cannot be read: numbers
// that have forgotten must not replace those that have not.
func (r *ReportReconciler) remember(ctx context.Context, object v1alpha1.ReportObject) bool {
	id, settings := r.id(client.ObjectKeyFromObject(object)), object.Settings()
	owner := ownerOf(id, object)
	plan, err := r.planOf(object)
	if err != nil || settings.Suspend {
		r.Checkpoints.Park(ctx, owner)
		return true
	}
	hash, err := checkpoint.HashOf(object.SelectionSpec())
	if err != nil {
		return false // which no object does that can be decoded
	}
	snapshot, err := r.Checkpoints.Resume(ctx, owner, plan, hash)
	if err != nil {
		return false // which was logged
	}
	if snapshot != nil {
		r.Source.Restore(id, plan, need(settings, int(settings.Top)), report.Interval(settings), snapshot)
	}
	return true
}

func ownerOf(id usage.ID, object client.Object) keeper.Owner {
	return keeper.Owner{ID: id, UID: string(object.GetUID())}
}
