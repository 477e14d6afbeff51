package keeper

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sweepOrRetry sweeps and returns the time to the next sweep.
func (k *Keeper) sweepOrRetry(ctx context.Context) time.Duration {
	if err := k.sweep(ctx); err != nil && ctx.Err() == nil {
		k.metrics.failed(sweepFailed)
		k.log.Error(err, "Checkpoints without reports were not looked for, this is tried again")
		return retry
	}
	return sweepInterval
}

// sweep deletes the checkpoints that have lost their reports. The names are listed
// first, so that a report that is made meanwhile keeps its own; and what the cache
// does not know may just be new, so that the API server is asked.
func (k *Keeper) sweep(ctx context.Context) error {
	names, err := k.store.names(ctx)
	if err != nil || len(names) == 0 {
		return err
	}
	live, err := k.live(ctx)
	if err != nil {
		return err
	}
	for _, uid := range names {
		if live[uid] {
			continue
		}
		if err := k.sweepOne(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) sweepOne(ctx context.Context, uid string) error {
	x, err := k.store.get(ctx, uid)
	if err != nil || x == nil || !k.sees(&x.owner) {
		return err
	}
	owned, err := k.isOwned(ctx, uid, &x.owner)
	if err != nil || owned {
		return err
	}
	k.log.Info("A checkpoint has lost its report and is deleted", "checkpoint", uid, "report", ownerName(&x.owner))
	return k.store.remove(ctx, uid)
}

// sees tells whether the operator can find an owner. Where it cannot, the checkpoint
// is left alone: it may be of an operator with more rights.
func (k *Keeper) sees(o *v1alpha1.CheckpointOwner) bool {
	return len(k.namespaces) == 0 || slices.Contains(k.namespaces, o.Namespace)
}

// live returns the UIDs of all reports that the cache knows.
func (k *Keeper) live(ctx context.Context) (map[string]bool, error) {
	uids := map[string]bool{}
	lists := []client.ObjectList{&v1alpha1.UsageReportList{}}
	if len(k.namespaces) == 0 {
		lists = append(lists, &v1alpha1.ClusterUsageReportList{})
	}
	for _, list := range lists {
		if err := k.reports.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("listing reports: %w", err)
		}
		err := meta.EachListItem(list, func(o runtime.Object) error {
			object, err := meta.Accessor(o)
			if err == nil {
				uids[string(object.GetUID())] = true
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return uids, nil
}

// isOwned asks the API server whether a report exists.
func (k *Keeper) isOwned(ctx context.Context, uid string, o *v1alpha1.CheckpointOwner) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	owner := &metav1.PartialObjectMetadata{}
	owner.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(o.Kind))
	err := k.store.client.Get(ctx, client.ObjectKey{Namespace: o.Namespace, Name: o.Name}, owner)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("reading %s: %w", ownerName(o), err)
	}
	return err == nil && string(owner.UID) == uid, nil
}
