// Package budget spreads over time what is written into statuses. Each write
// costs the API server, etcd and all who watch, so that all reports together may
// write only so many bytes a second, however many they are and whatever happens
// to all of them at once.
//
// The bytes come out of one token bucket. A write that does not fit takes its
// place in a line and is told when to ask again; nobody blocks. Urgent writes,
// which are news, stand before refreshes of numbers. Among equals it is first
// come, first served.
//
// A write may go once there are tokens for it and for all that stand before it.
// So a large one is not starved by small ones, and one that asks again late holds
// up nobody: its tokens are kept for it. Who does not ask again at all is
// forgotten after a while.
//
// The package knows no clock: each call is told the time.
package budget

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// DefaultBytesPerSecond is a quarter of a MiB: about 400 small statuses, or
// four with 100 rows each.
const DefaultBytesPerSecond = 256 << 10

const (
	// burstSeconds is for how long tokens are saved up while little is written.
	burstSeconds = 4
	// largest is what a single write must always be able to have, a little more
	// than the largest status.
	largest = 320 << 10
	// shortest is the least time after which to ask again.
	shortest = time.Millisecond
)

// Write is a write that asks for its turn.
type Write struct {
	ID    usage.ID
	Bytes int
	// Urgent writes go before those that are not.
	Urgent bool
	// Interval is how often the report should be refreshed. A write that has
	// waited for as long has stretched it.
	Interval time.Duration
}

// Budget is what may be written. It is safe for concurrent use.
type Budget struct {
	metrics *metrics

	mu     sync.Mutex
	bucket *rate.Limiter
	line   line
}

// New returns a budget of so many bytes a second.
func New(bytesPerSecond int) *Budget {
	return NewWithBurst(bytesPerSecond, max(burstSeconds*bytesPerSecond, largest))
}

// NewWithBurst returns a budget of so many bytes a second, of which at most burst
// are saved up. No single write counts for more than burst.
func NewWithBurst(bytesPerSecond, burst int) *Budget {
	b := &Budget{bucket: rate.NewLimiter(rate.Limit(bytesPerSecond), burst)}
	b.metrics = newMetrics(b.waiting)
	return b
}

// Ask returns 0 where a write may go now, and takes its bytes out of the budget.
// Otherwise it returns after what time to ask again.
func (b *Budget) Ask(now time.Time, w Write) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Bytes = min(w.Bytes, b.bucket.Burst())
	b.line.forget(now)
	t := b.line.enter(now, w)
	lacking := float64(b.line.ahead(t)+w.Bytes) - b.bucket.TokensAt(now)
	if lacking <= 0 && b.bucket.AllowN(now, w.Bytes) {
		b.line.leave(w.ID)
		b.metrics.granted(w, now.Sub(t.since))
		return 0
	}
	wait = time.Duration(lacking / float64(b.bucket.Limit()) * float64(time.Second))
	wait = max(wait, shortest)
	t.due = now.Add(wait)
	return wait
}

// Take takes the bytes of a write out of the budget that cannot wait. Those who
// stand in the line wait for as long more.
func (b *Budget) Take(now time.Time, w Write) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Bytes = min(w.Bytes, b.bucket.Burst())
	b.line.leave(w.ID)
	b.bucket.ReserveN(now, w.Bytes)
	b.metrics.granted(w, 0)
}

// Leave gives up the turn of a report that has nothing to write any more.
func (b *Budget) Leave(id usage.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line.leave(id)
}

// Waited returns for how long a report has waited for its turn; 0 where it does
// not.
func (b *Budget) Waited(now time.Time, id usage.ID) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.line.find(id); t != nil {
		return now.Sub(t.since)
	}
	return 0
}

func (b *Budget) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.line)
}
