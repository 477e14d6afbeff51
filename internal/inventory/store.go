package inventory

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
)

// identified is what tells which object it was compacted from.
type identified interface {
	identity() (namespace, name, uid string)
}

// item is one compacted object on its way from a reflector to its table. It is
// enough of an object for the reflector's own store.
type item[T identified] struct{ of T }

// GetObjectKind serves runtime.Object.
func (i *item[T]) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject serves runtime.Object. An item is never changed.
func (i *item[T]) DeepCopyObject() runtime.Object { return i }

// GetObjectMeta serves the reflector, which asks for the key.
func (i *item[T]) GetObjectMeta() metav1.Object {
	namespace, name, uid := i.of.identity()
	return &metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID(uid)}
}

// table keeps the rows of one kind. All but compact are called under the
// inventory's lock.
type table[T identified] interface {
	// compact keeps what counts of a decoded object.
	compact(obj any) (T, error)
	put(o T)
	// remove takes an object out unless its UID is another; "" is any.
	remove(namespace, name, uid string)
	// replace takes the items for all there is of a namespace; "" is the cluster.
	replace(namespace string, items []*item[T])
}

// store is where a reflector puts what it reads. It takes decoded objects and
// items alike: a watch brings the first, lists and watch-list streams the
// second.
type store[T identified] struct {
	mu    *sync.Mutex
	table table[T]
	// namespace is the one that the reflector reads; "" is the cluster.
	namespace string
	read      func()
}

// reflected is a store of any kind.
type reflected interface {
	cache.TransformingStore
	// compact returns the item of a decoded object.
	compact(obj any) (runtime.Object, error)
	whenRead(func())
}

func storeOf[T identified](inv *Inventory, t table[T], namespace string) reflected {
	return &store[T]{mu: &inv.mu, table: t, namespace: namespace, read: func() {}}
}

// whenRead calls f after each full read.
func (s *store[T]) whenRead(f func()) { s.read = f }

// Transformer makes the reflector compact the objects of a watch-list stream
// as they arrive.
func (s *store[T]) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) { return s.item(obj) }
}

func (s *store[T]) compact(obj any) (runtime.Object, error) { return s.item(obj) }

// Add serves cache.ReflectorStore.
func (s *store[T]) Add(obj any) error { return s.Update(obj) }

// Update serves cache.ReflectorStore.
func (s *store[T]) Update(obj any) error {
	i, err := s.item(obj)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.put(i.of)
	return nil
}

// Delete serves cache.ReflectorStore. Only the key and the UID count: the rest
// may be older than the row.
func (s *store[T]) Delete(obj any) error {
	if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		name, err := cache.ParseObjectName(gone.Key)
		if err != nil {
			return err
		}
		obj = &metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}
	}
	o, err := meta.Accessor(obj)
	if err != nil {
		return fmt.Errorf("delete %T from the inventory: %w", obj, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.remove(o.GetNamespace(), o.GetName(), string(o.GetUID()))
	return nil
}

// Replace serves cache.ReflectorStore.
func (s *store[T]) Replace(objs []any, _ string) error {
	items := make([]*item[T], 0, len(objs))
	for _, obj := range objs {
		i, err := s.item(obj)
		if err != nil {
			return err
		}
		items = append(items, i)
	}
	s.mu.Lock()
	s.table.replace(s.namespace, items)
	s.mu.Unlock()
	s.read()
	return nil
}

// Resync serves cache.ReflectorStore. Nothing is kept back that it could bring.
func (s *store[T]) Resync() error { return nil }

func (s *store[T]) item(obj any) (*item[T], error) {
	if i, ok := obj.(*item[T]); ok {
		return i, nil
	}
	o, err := s.table.compact(obj)
	if err != nil {
		return nil, err
	}
	return &item[T]{of: o}, nil
}
