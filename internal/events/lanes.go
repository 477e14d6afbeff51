package events

import (
	"context"
	"sync"
)

// lanes bound how many requests of each namespace are under way. Those of a storm in
// one wait in its own lane: who comes from another finds the way free. The zero value
// is ready.
type lanes struct {
	mu     sync.Mutex
	byName map[string]*lane
}

// lane is that of one namespace, while anybody is in it or waits for it.
type lane struct {
	slots chan struct{}
	users int
}

// enter waits for a place in the lane of a namespace, "" for that of cluster kinds.
func (l *lanes) enter(ctx context.Context, namespace string) (leave func(), err error) {
	in := l.join(namespace)
	select {
	case in.slots <- struct{}{}:
		return func() {
			<-in.slots
			l.part(namespace)
		}, nil
	case <-ctx.Done():
		l.part(namespace)
		return nil, ctx.Err()
	}
}

func (l *lanes) join(namespace string) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	in := l.byName[namespace]
	if in == nil {
		if l.byName == nil {
			l.byName = map[string]*lane{}
		}
		in = &lane{slots: make(chan struct{}, parallel)}
		l.byName[namespace] = in
	}
	in.users++
	return in
}

func (l *lanes) part(namespace string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in := l.byName[namespace]
	if in.users--; in.users == 0 {
		delete(l.byName, namespace)
	}
}
