package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// gate opens once every kind was read in full.
type gate struct {
	mu      sync.Mutex
	missing []string
	open    chan struct{}
}

// newGate returns a gate that waits for all the sources.
func newGate(sources []source) *gate {
	g := &gate{open: make(chan struct{})}
	for _, s := range sources {
		g.missing = append(g.missing, s.kind)
		s.store.whenRead(func() { g.arrived(s.kind) })
	}
	return g
}

// alsoFor makes a gate that is not waited for yet wait until arrived is called.
func (g *gate) alsoFor(what string) (arrived func()) {
	g.missing = append(g.missing, what)
	return func() { g.arrived(what) }
}

func (g *gate) arrived(kind string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := slices.Index(g.missing, kind)
	if at < 0 {
		return
	}
	g.missing = slices.Delete(g.missing, at, at+1)
	if len(g.missing) == 0 {
		close(g.open)
	}
}

func (g *gate) isOpen() bool {
	select {
	case <-g.open:
		return true
	default:
		return false
	}
}

func (g *gate) wait(ctx context.Context) error {
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Errorf("not read yet: %s; check that the operator may list and watch them: %w",
		strings.Join(g.missing, ", "), context.Cause(ctx))
}
