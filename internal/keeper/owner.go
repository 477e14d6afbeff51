package keeper

import (
	"context"
	"fmt"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Owner is the object that a checkpoint is of. Another object of the same name has
// another UID, and is another owner.
type Owner struct {
	usage.ID
	UID string
}

// Kind is a kind of owners, of this group and version.
type Kind struct {
	// Name is that of the kind, which has a list of that name and "List".
	Name string
	// MaxBytes is the largest size of a checkpoint.
	MaxBytes int
}

// Orphan is called with what the checkpoint of an owner that is gone held. While it
// returns an error, the checkpoint stays.
type Orphan func(ctx context.Context, o Owner, s *usage.Snapshot) error

// stored is the owner as it is written into a checkpoint.
func (o *Owner) stored() v1alpha1.CheckpointOwner {
	return v1alpha1.CheckpointOwner{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, UID: o.UID}
}

func ownerOf(c *v1alpha1.CheckpointOwner) Owner {
	return Owner{ID: usage.ID{Kind: c.Kind, Namespace: c.Namespace, Name: c.Name}, UID: c.UID}
}

func (o *Owner) String() string { return fmt.Sprintf("%s %s/%s", o.Kind, o.Namespace, o.Name) }
