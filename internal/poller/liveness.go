package poller

import (
	"fmt"
	"sync"
	"time"
)

const (
	// longestRound bounds what the loop does at once: it reads both lists, each
	// with its own bound, and sums them. What it takes beyond is a hang.
	longestRound = podsTimeout + nodesTimeout + time.Minute
	// late is by how much a timer of a busy machine may be late.
	late = time.Minute
)

// liveness knows by when the loop must come round next. Reads that fail are rounds
// like any other: to start the operator again would not mend the Metrics API.
type liveness struct {
	mu sync.Mutex
	// due is zero while no loop runs: on a standby, and before the inventory has
	// synced, however long that takes.
	due time.Time
}

// works says that a round has begun.
func (l *liveness) works(now time.Time) { l.expect(now.Add(longestRound)) }

// waits says that the loop waits for a timer.
func (l *liveness) waits(timer time.Time) { l.expect(timer.Add(late)) }

// ends says that nothing is to be expected any more.
func (l *liveness) ends() { l.expect(time.Time{}) }

func (l *liveness) expect(due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = due
}

func (l *liveness) check(now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.due.IsZero() || !now.After(l.due) {
		return nil
	}
	return fmt.Errorf("the loop that reads the Metrics API should have come round %s ago", now.Sub(l.due).Round(time.Second))
}

// Alive returns an error where the loop hangs. It is alive on a standby, and
// whether the Metrics API answers or not.
func (p *Poller) Alive() error { return p.liveness.check(p.Clock.Now()) }
