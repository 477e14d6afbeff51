package inventory

import (
	"context"
	"sync"
)

// WantTop says whether anybody wants to know the owners beyond the workloads of
// pods. Only meanwhile are the kinds of workloads watched, and owners of further
// kinds read. It does not wait for them: pods come with the owners that are
// known, and again with each that is found.
func (inv *Inventory) WantTop(want bool) {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	w := inv.workloads()
	if w.far == want {
		return
	}
	w.far = want
	if !want {
		w.distant.forget()
	}
	inv.pods.walkAnew()
	select {
	case inv.turned <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Climbing tells whether more owners are wanted than were read so far.
func (inv *Inventory) Climbing() bool {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	w := inv.workloads()
	return w.far && (inv.climbing == nil || !inv.climbing.isOpen() || w.distant.reading || len(w.distant.pending) > 0)
}

// workloads are those of the pods.
func (inv *Inventory) workloads() *workloads { return inv.pods.workloads }

func (inv *Inventory) wantsTop() bool {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	return inv.workloads().far
}

// climb watches the kinds of workloads while they are wanted, until ctx ends.
func (inv *Inventory) climb(ctx context.Context) {
	for ctx.Err() == nil {
		if inv.wantsTop() {
			inv.watchHigh(ctx)
			continue
		}
		select {
		case <-ctx.Done():
		case <-inv.turned:
		}
	}
}

// watchHigh watches the kinds of workloads until that is no longer wanted, and
// then keeps none of them.
func (inv *Inventory) watchHigh(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	inv.mu.Lock()
	inv.climbing = newGate(inv.high)
	inv.mu.Unlock()
	var running sync.WaitGroup
	for _, s := range inv.high {
		running.Go(func() { s.run(ctx, inv.log) })
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-inv.turned:
			if !inv.wantsTop() {
				stop()
			}
		}
	}
	running.Wait()
	inv.mu.Lock()
	defer inv.mu.Unlock()
	inv.climbing = nil
	for _, t := range inv.workloads().high {
		t.forget()
	}
}
