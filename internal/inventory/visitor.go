package inventory

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/clock"
)

// visitInterval is how old the labels of a namespace can be that is not watched.
const visitInterval = time.Minute

// visitor reads some namespaces again and again. A right to one namespace can hold
// the right to get its object, but not to list or watch it.
type visitor struct {
	namespaces []string
	store      reflected
	get        func(context.Context, string) (*metav1.PartialObjectMetadata, error)
	clock      clock.WithTicker
	log        logr.Logger
	// refused are the namespaces that could not be read last time.
	refused map[string]bool
	// whenRead is called after each visit of all.
	whenRead func()
}

func newVisitor(inv *Inventory, meta metadata.Interface, namespaces []string) *visitor {
	objects := meta.Resource(namespaceResource)
	return &visitor{
		namespaces: namespaces,
		store:      storeOf(inv, inv.namespaces, ""),
		get: func(ctx context.Context, name string) (*metav1.PartialObjectMetadata, error) {
			return objects.Get(ctx, name, metav1.GetOptions{})
		},
		clock:   clock.RealClock{},
		log:     inv.log,
		refused: map[string]bool{}, whenRead: func() {},
	}
}

// run visits until ctx ends.
func (v *visitor) run(ctx context.Context) {
	ticker := v.clock.NewTicker(visitInterval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		for _, name := range v.namespaces {
			v.visit(ctx, name)
		}
		v.whenRead()
		select {
		case <-ctx.Done():
		case <-ticker.C():
		}
	}
}

// visit reads a namespace. Where that fails, what was known of it stays.
func (v *visitor) visit(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	object, err := v.get(ctx, name)
	switch {
	case err == nil:
		err = v.store.Update(object)
	case apierrors.IsNotFound(err):
		err = v.store.Delete(&metav1.ObjectMeta{Name: name})
	}
	if err != nil && !v.refused[name] && ctx.Err() == nil {
		v.log.Info("The labels of a namespace cannot be read, this is tried again", "namespace", name, "error", err.Error())
	}
	v.refused[name] = err != nil
}
