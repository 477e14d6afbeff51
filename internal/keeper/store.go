package keeper

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// requestTimeout bounds each request, so that no worker waits for long.
	requestTimeout = 5 * time.Second
	// page is how many names are listed at once.
	page = 500
)

// store reads and writes checkpoints. Its client must not have a cache.
type store struct {
	client    client.Client
	namespace string
}

// stored is a checkpoint as it lies in the cluster.
type stored struct {
	owner Owner
	// name and version are those of the object.
	name, version string
	data    []byte
}

// get returns the checkpoint of an owner; nil where there is none.
func (s *store) get(ctx context.Context, uid string) (*stored, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := &v1alpha1.UsageCheckpoint{}
	err := s.client.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: uid}, object)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("reading the checkpoint %s/%s: %w", s.namespace, uid, err)
	}
	if err != nil {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	// Whatever is no base64 becomes too few bytes, which are no checkpoint.
	data, _ := base64.StdEncoding.DecodeString(object.Data)
	return &stored{owner: ownerOf(&object.Owner), name: uid, version: object.ResourceVersion, data: data}, nil
}

// put writes the checkpoint of an owner in place of a version, of none where that
// is "", and returns the new version.
func (s *store) put(ctx context.Context, x *stored, now time.Time) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := &v1alpha1.UsageCheckpoint{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: s.namespace, Name: x.owner.UID, ResourceVersion: x.version,
			Labels: map[string]string{v1alpha1.OwnerUIDLabel: x.owner.UID},
		},
		CheckpointContent: v1alpha1.CheckpointContent{
			Owner: x.owner.stored(), Version: checkpoint.Version, WriteTime: v1alpha1.NewTimestamp(now),
			Data: base64.StdEncoding.EncodeToString(x.data),
		},
	}
	if x.version == "" {
		err = s.client.Create(ctx, object)
	} else {
		err = s.client.Update(ctx, object)
	}
	if err != nil {
		return "", fmt.Errorf("writing the checkpoint of %s: %w", x.owner.String(), err)
	}
	return object.ResourceVersion, nil
}

// remove deletes the checkpoint of an owner, if there is one.
func (s *store) remove(ctx context.Context, uid string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := &v1alpha1.UsageCheckpoint{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: uid}}
	if err := s.client.Delete(ctx, object); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting the checkpoint %s/%s: %w", s.namespace, uid, err)
	}
	return nil
}

// names returns the names of all checkpoints, and reads no more of them.
func (s *store) names(ctx context.Context) (names []string, err error) {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("UsageCheckpointList"))
	for {
		if err := s.client.List(ctx, list, client.InNamespace(s.namespace), client.Limit(page), client.Continue(list.Continue)); err != nil {
			return nil, fmt.Errorf("listing the checkpoints in %s: %w", s.namespace, err)
		}
		for i := range list.Items {
			names = append(names, list.Items[i].Name)
		}
		if list.Continue == "" {
			return names, nil
		}
	}
}
