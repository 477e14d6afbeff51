package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sweepOrRetry sweeps and returns the time to the next sweep.
func (k *Keeper) sweepOrRetry(ctx context.Context) time.Duration {
	if err := k.sweep(ctx); err != nil && ctx.Err() == nil {
		k.metrics.failed(sweepFailed)
		k.log.Error(err, "Not all checkpoints without owners were found and deleted, this is tried again")
		return retry
	}
	return sweepInterval
}

// sweep deletes the checkpoints that have lost their owners. The names are listed
// first, so that an owner that is made meanwhile keeps its own; and what the cache
// does not know may just be new, so that the API server is asked. A base that nothing
// refers to is one that was left behind, unless it is new.
func (k *Keeper) sweep(ctx context.Context) error {
	all, err := k.store.list(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	live, err := k.live(ctx)
	if err != nil {
		return err
	}
	inUse := map[string]bool{}
	for i := range all {
		inUse[all[i].base] = true
	}
	var failed error
	for i := range all {
		switch x := &all[i]; {
		case x.isBase() && !inUse[x.name] && k.clock.Since(x.created) > sweepInterval:
			failed = errors.Join(failed, k.store.delete(ctx, x.name))
		case !x.isBase() && !live[x.name]:
			failed = errors.Join(failed, k.sweepOne(ctx, x.name))
		}
	}
	return failed
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
	k.log.Info("A checkpoint has lost its owner and is deleted", "checkpoint", uid, "owner", x.owner.ID)
	return k.bury(ctx, uid, x)
}

// sees tells whether the operator can find an owner. Where it cannot, the checkpoint
// is left alone: it may be of an operator with more rights.
func (k *Keeper) sees(o *Owner) bool {
	return len(k.namespaces) == 0 || slices.Contains(k.namespaces, o.Namespace)
}

// bury deletes a checkpoint without an owner, after those have acted on it that
// want to. What cannot be read is for nobody to act on.
func (k *Keeper) bury(ctx context.Context, uid string, x *stored) error {
	k.mu.Lock()
	orphan := k.orphans[x.owner.Kind]
	k.mu.Unlock()
	c, err := checkpoint.Decode(x.data, x.baseData)
	switch {
	case orphan == nil:
	case err != nil:
		k.log.Error(err, "A checkpoint without an owner is of no use", "owner", x.owner.ID)
	case c.Owner == uid && x.owner.UID == uid:
		if err := orphan(ctx, x.owner, c.Snapshot); err != nil {
			return fmt.Errorf("ending what %s remembered: %w", x.owner.String(), err)
		}
	}
	return k.store.remove(ctx, uid)
}

// live returns the UIDs of all owners that the cache knows.
func (k *Keeper) live(ctx context.Context) (map[string]bool, error) {
	uids := map[string]bool{}
	for _, kind := range k.kinds {
		list, err := k.listOf(kind)
		if err != nil {
			return nil, err
		}
		if err := k.owners.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("listing each %s: %w", kind.Name, err)
		}
		err = meta.EachListItem(list, func(o runtime.Object) error {
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

// listOf returns an empty list of a kind.
func (k *Keeper) listOf(kind Kind) (client.ObjectList, error) {
	empty, err := k.store.client.Scheme().New(v1alpha1.GroupVersion.WithKind(kind.Name + "List"))
	if err != nil {
		return nil, err
	}
	list, ok := empty.(client.ObjectList)
	if !ok {
		return nil, fmt.Errorf("%T is no list", empty)
	}
	return list, nil
}

// isOwned asks the API server whether an owner exists.
func (k *Keeper) isOwned(ctx context.Context, uid string, o *Owner) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	owner := &metav1.PartialObjectMetadata{}
	owner.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(o.Kind))
	err := k.store.client.Get(ctx, client.ObjectKey{Namespace: o.Namespace, Name: o.Name}, owner)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("reading %s: %w", o.String(), err)
	}
	return err == nil && string(owner.UID) == uid, nil
}
