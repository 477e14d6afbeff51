package keeper

import (
	"context"
	"encoding/base64"
	"errors"
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
	// readings is how often a checkpoint is read that is replaced meanwhile.
	readings = 3
)

// store reads and writes checkpoints. Its client must not have a cache.
type store struct {
	client    client.Client
	namespace string
}

// stored is a checkpoint as it lies in the cluster.
type stored struct {
	owner Owner
	// version is that of the object.
	version string
	data    []byte
	// base is the name of the object that it refers to, "" for none, and baseData
	// what that holds, nil where it is not there.
	base     string
	baseData []byte
}

// get returns the checkpoint of an owner with its base; nil where there is none.
func (s *store) get(ctx context.Context, uid string) (x *stored, err error) {
	for range readings {
		if x, err = s.head(ctx, uid); err != nil || x == nil || x.base == "" {
			return x, err
		}
		base, err := s.head(ctx, x.base)
		if err != nil {
			return nil, err
		}
		if base != nil {
			x.baseData = base.data
			return x, nil
		}
		// It may have been replaced just now, with all that refers to it.
	}
	return x, nil
}

// head returns one object; nil where there is none.
func (s *store) head(ctx context.Context, name string) (*stored, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := &v1alpha1.UsageCheckpoint{}
	err := s.client.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: name}, object)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("reading the checkpoint %s/%s: %w", s.namespace, name, err)
	}
	if err != nil {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	// Whatever is no base64 becomes too few bytes, which are no checkpoint.
	data, _ := base64.StdEncoding.DecodeString(object.Data)
	base := object.Annotations[v1alpha1.BaseAnnotation]
	return &stored{owner: ownerOf(&object.Owner), version: object.ResourceVersion, data: data, base: base}, nil
}

// put writes the checkpoint of an owner in place of a version, of none where that
// is "", and returns the new version.
func (s *store) put(ctx context.Context, x *stored, now time.Time) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := s.object(&x.owner, x.data, now)
	object.Name, object.ResourceVersion = x.owner.UID, x.version
	if x.base != "" {
		object.Annotations = map[string]string{v1alpha1.BaseAnnotation: x.base}
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

// putBase writes a base. It has a name of its own, so that it takes the place of no
// other: what refers to another goes on to do so.
func (s *store) putBase(ctx context.Context, o *Owner, data []byte, now time.Time) (name string, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := s.object(o, data, now)
	object.GenerateName = o.UID + "-"
	if err := s.client.Create(ctx, object); err != nil {
		return "", fmt.Errorf("writing the base of the checkpoint of %s: %w", o.String(), err)
	}
	return object.Name, nil
}

func (s *store) object(o *Owner, data []byte, now time.Time) *v1alpha1.UsageCheckpoint {
	return &v1alpha1.UsageCheckpoint{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Labels: map[string]string{v1alpha1.OwnerUIDLabel: o.UID}},
		CheckpointContent: v1alpha1.CheckpointContent{
			Owner: o.stored(), Version: int32(checkpoint.VersionOf(data)), WriteTime: v1alpha1.NewTimestamp(now),
			Data: base64.StdEncoding.EncodeToString(data),
		},
	}
}

// remove deletes the checkpoint of an owner with its base, if there is one.
func (s *store) remove(ctx context.Context, uid string) error {
	head := &metav1.PartialObjectMetadata{}
	head.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("UsageCheckpoint"))
	reading, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := s.client.Get(reading, client.ObjectKey{Namespace: s.namespace, Name: uid}, head)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("reading the checkpoint %s/%s: %w", s.namespace, uid, err)
	}
	if err != nil {
		return nil
	}
	err = s.delete(ctx, uid)
	if base := head.Annotations[v1alpha1.BaseAnnotation]; base != "" {
		err = errors.Join(err, s.delete(ctx, base))
	}
	return err
}

// delete deletes one object, if there is one.
func (s *store) delete(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	object := &v1alpha1.UsageCheckpoint{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	if err := s.client.Delete(ctx, object); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting the checkpoint %s/%s: %w", s.namespace, name, err)
	}
	return nil
}

// listed is what is known of an object without reading it.
type listed struct {
	name string
	// owner is the UID of its owner, and base the name of what it refers to.
	owner, base string
	created     time.Time
}

// isBase tells whether others refer to it, or did.
func (l *listed) isBase() bool { return l.owner != "" && l.owner != l.name }

// list returns all objects, and reads no more of them than their metadata.
func (s *store) list(ctx context.Context) (all []listed, err error) {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("UsageCheckpointList"))
	for {
		if err := s.client.List(ctx, list, client.InNamespace(s.namespace), client.Limit(page), client.Continue(list.Continue)); err != nil {
			return nil, fmt.Errorf("listing the checkpoints in %s: %w", s.namespace, err)
		}
		for i := range list.Items {
			o := &list.Items[i]
			all = append(all, listed{
				name: o.Name, owner: o.Labels[v1alpha1.OwnerUIDLabel], base: o.Annotations[v1alpha1.BaseAnnotation], created: o.CreationTimestamp.Time,
			})
		}
		if list.Continue == "" {
			return all, nil
		}
	}
}
