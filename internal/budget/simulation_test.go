package budget_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var start = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// writer is a report that has something to write in each interval.
type writer struct {
	write budget.Write
	// slot is when in each interval it is due, next when it asks, and asked since
	// when it has.
	slot        time.Duration
	next, asked time.Time
	written     int
	longest     time.Duration
}

// writers are ordered by when they ask.
type writers []*writer

func (w writers) Len() int           { return len(w) }
func (w writers) Less(i, j int) bool { return w[i].next.Before(w[j].next) }
func (w writers) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *writers) Push(x any)        { *w = append(*w, x.(*writer)) } //nolint:errcheck // only writers are pushed
func (w *writers) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

const (
	interval = time.Minute
	rate     = budget.DefaultBytesPerSecond
	burst    = 4 * rate
)

// simulation lets writers ask in the order of time. One that is told to come
// again does so a little late, as a queue does.
type simulation struct {
	*rand.Rand
	budget *budget.Budget
	all    []*writer
	queue  writers
	asks   int
	bytes  int
	// level is what the bucket would lack, were it kept by the rule: never more
	// than the burst.
	level float64
	last  time.Time
}

func newSimulation(seed uint64, n int, size func(*rand.Rand) int) *simulation {
	s := &simulation{Rand: rand.New(rand.NewPCG(seed, 0)), budget: budget.New(rate), last: start}
	for i := range n {
		w := &writer{
			write: budget.Write{ID: usage.ID{Kind: "UsageReport", Name: fmt.Sprint(i)}, Bytes: size(s.Rand), Interval: interval},
			slot:  time.Duration(s.Int64N(int64(interval))),
		}
		w.next = start.Add(w.slot)
		s.all = append(s.all, w)
	}
	s.queue = slices.Clone(s.all)
	heap.Init(&s.queue)
	return s
}

func (s *simulation) run(t *testing.T, until time.Time) {
	t.Helper()
	for s.queue[0].next.Before(until) {
		w := s.queue[0]
		now := w.next
		if w.asked.IsZero() {
			w.asked = now
		}
		s.asks++
		if wait := s.budget.Ask(now, w.write); wait > 0 {
			w.next = now.Add(wait + time.Duration(s.Int64N(int64(20*time.Millisecond))))
		} else {
			s.granted(t, w, now)
		}
		heap.Fix(&s.queue, 0)
	}
}

// granted holds a write against the budget. The writer is due again in its next
// slot.
func (s *simulation) granted(t *testing.T, w *writer, now time.Time) {
	t.Helper()
	s.level = max(0, s.level-rate*now.Sub(s.last).Seconds()) + float64(w.write.Bytes)
	s.last = now
	if s.level > burst+1 {
		t.Fatalf("after %v, %.0f bytes were written beyond the rate, at most %d are saved up", now.Sub(start), s.level, burst)
	}
	s.bytes += w.write.Bytes
	w.written++
	w.longest = max(w.longest, now.Sub(w.asked))
	w.asked = time.Time{}
	for w.next = start.Add(w.slot); !w.next.After(now); {
		w.next = w.next.Add(interval)
	}
}

// TestTooManyReports: a thousand reports of all sizes want three times as much as
// there is.
func TestTooManyReports(t *testing.T) {
	const minutes = 60
	s := newSimulation(1, 1000, func(r *rand.Rand) int { return 500 + r.IntN(100_000) })
	for i, w := range s.all {
		w.write.Urgent = i%20 == 0
	}
	s.run(t, start.Add(minutes*time.Minute))
	if most := rate*60*minutes + burst; s.bytes > most || float64(s.bytes) < 0.98*float64(most) {
		t.Errorf("%d bytes were written, want nearly %d", s.bytes, most)
	}
	var turns, urgent []int
	for _, w := range s.all {
		if w.write.Urgent {
			urgent = append(urgent, w.written)
			if w.longest > 5*time.Second {
				t.Errorf("an urgent write of %d bytes waited %v", w.write.Bytes, w.longest)
			}
			continue
		}
		turns = append(turns, w.written)
	}
	if least := slices.Min(urgent); least < minutes-1 {
		t.Errorf("the least of those that are urgent wrote %d times in %d minutes", least, minutes)
	}
	if least, most := slices.Min(turns), slices.Max(turns); most-least > 2 || most > minutes/2 {
		t.Errorf("refreshes came between %d and %d times in %d minutes, want all alike", least, most, minutes)
	}
	if writes := len(turns)*slices.Max(turns) + len(urgent)*minutes; s.asks > 6*writes {
		t.Errorf("%d writes took %d questions", writes, s.asks)
	}
}

// TestEnoughForAll: where there is enough on average, hardly anybody waits.
func TestEnoughForAll(t *testing.T) {
	s := newSimulation(2, 1000, func(r *rand.Rand) int { return 500 + r.IntN(20_000) })
	s.run(t, start.Add(30*time.Minute))
	for _, w := range s.all {
		if w.longest > time.Second || w.written < 29 {
			t.Errorf("a report wrote %d times in 30 minutes and waited %v", w.written, w.longest)
		}
	}
}

// TestAllAtOnce: what concerns all reports in one moment is written one after the
// other, as fast as the budget allows.
func TestAllAtOnce(t *testing.T) {
	s := newSimulation(3, 5000, func(*rand.Rand) int { return 900 })
	for _, w := range s.all {
		w.next, w.slot, w.write.Urgent = start, 0, true
	}
	heap.Init(&s.queue)
	s.run(t, start.Add(interval-time.Second))
	atRate := (5000*900 - burst) * time.Second / rate
	if took := s.last.Sub(start); took < atRate || took > atRate+time.Second {
		t.Errorf("it took %v, want %v", took, atRate)
	}
	for _, w := range s.all {
		if w.written != 1 {
			t.Fatalf("%s wrote %d times", w.write.ID.Name, w.written)
		}
	}
}
