// Package turns orders work so that the namespaces of a cluster take turns: one that
// has much to do waits for itself and not the others for it.
//
// Whose turn it is goes round. A namespace that has had its turn, and has more to do,
// stands behind all that wait. Within a namespace it is first come, first served. What
// cluster kinds have to do is that of one more namespace. Where the work takes long,
// a namespace has only so many workers at once, which leaves the others to whoever
// comes next.
package turns

import (
	"slices"
	"sync"

	"k8s.io/client-go/util/workqueue"
)

// Queue holds what waits for its turn, below a workqueue that hands it to workers.
// The zero value is not ready: see New.
type Queue[T comparable] struct {
	namespaceOf func(T) string
	// most is how much of a namespace may be under way at once; 0 is any number.
	most int

	// mu is for Done: the rest is called with the workqueue's lock held.
	mu       sync.Mutex
	lines    map[string][]T
	underway map[string]int
	// order holds the namespaces that have a line, the next one first.
	order []string
}

var _ workqueue.Queue[string] = (*Queue[string])(nil)

// New returns an empty queue, in which at most so many items of a namespace are under
// way at once; 0 is any number. With another one, Done must be called before the
// workqueue's.
func New[T comparable](namespaceOf func(T) string, most int) *Queue[T] {
	return &Queue[T]{namespaceOf: namespaceOf, most: most, lines: map[string][]T{}, underway: map[string]int{}}
}

// Below returns a workqueue over a queue. Its metrics bear the name, "" for none.
func Below[T comparable](q *Queue[T], name string, limiter workqueue.TypedRateLimiter[T]) workqueue.TypedRateLimitingInterface[T] {
	return workqueue.NewTypedRateLimitingQueueWithConfig(limiter, workqueue.TypedRateLimitingQueueConfig[T]{
		Name: name,
		DelayingQueue: workqueue.NewTypedDelayingQueueWithConfig(workqueue.TypedDelayingQueueConfig[T]{
			Name:  name,
			Queue: workqueue.NewTypedWithConfig(workqueue.TypedQueueConfig[T]{Name: name, Queue: q}),
		}),
	})
}

// Touch implements workqueue.Queue: what waits keeps its place.
func (q *Queue[T]) Touch(T) {}

// Push implements workqueue.Queue.
func (q *Queue[T]) Push(item T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	namespace := q.namespaceOf(item)
	if len(q.lines[namespace]) == 0 {
		q.order = append(q.order, namespace)
	}
	q.lines[namespace] = append(q.lines[namespace], item)
}

// Len returns how many items wait, without those of namespaces that have all the
// workers that they may have: a worker that finds nothing else rests.
func (q *Queue[T]) Len() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, namespace := range q.order {
		if q.mayBegin(namespace) {
			n += len(q.lines[namespace])
		}
	}
	return n
}

func (q *Queue[T]) mayBegin(namespace string) bool {
	return q.most == 0 || q.underway[namespace] < q.most
}

// Pop implements workqueue.Queue. It must not be called where Len is 0.
func (q *Queue[T]) Pop() (item T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.IndexFunc(q.order, q.mayBegin)
	namespace := q.order[at]
	q.order = slices.Delete(q.order, at, at+1)
	line := q.lines[namespace]
	item = line[0]
	if len(line) == 1 {
		delete(q.lines, namespace)
	} else {
		line[0] = *new(T) // it may hold what is large
		q.lines[namespace] = line[1:]
		q.order = append(q.order, namespace)
	}
	if q.most > 0 {
		q.underway[namespace]++
	}
	return item
}

// Done tells that an item is under way no more.
func (q *Queue[T]) Done(item T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	namespace := q.namespaceOf(item)
	if q.underway[namespace]--; q.underway[namespace] <= 0 {
		delete(q.underway, namespace)
	}
}
