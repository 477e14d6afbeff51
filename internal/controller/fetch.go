package controller

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fetch gets an object, and tells false where it is gone, or on its way.
func fetch(ctx context.Context, from client.Reader, name client.ObjectKey, object client.Object) (there bool, err error) {
	if err := from.Get(ctx, name, object); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return object.GetDeletionTimestamp().IsZero(), nil
}
