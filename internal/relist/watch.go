package relist

import (
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
)

// quiet is a watch that just ends where it breaks. The reflector then watches from
// where it was; after an error it would make a pause first, and a longer one each time.
type quiet struct {
	from   watch.Interface
	events chan watch.Event
	once   sync.Once
	done   chan struct{}
}

func endQuietly(w watch.Interface) watch.Interface {
	q := &quiet{from: w, events: make(chan watch.Event), done: make(chan struct{})}
	go q.run()
	return q
}

// run passes events on until one tells that the watch has broken.
func (q *quiet) run() {
	defer close(q.events)
	for event := range q.from.ResultChan() {
		if event.Type == watch.Error && !isFinal(apierrors.FromObject(event.Object)) {
			return
		}
		select {
		case q.events <- event:
		case <-q.done:
			return
		}
	}
}

// ResultChan implements watch.Interface.
func (q *quiet) ResultChan() <-chan watch.Event { return q.events }

// Stop implements watch.Interface.
func (q *quiet) Stop() {
	q.once.Do(func() { close(q.done) })
	q.from.Stop()
}
