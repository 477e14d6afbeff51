package budget_test

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/budget"
)

// of expects a write of a namespace to go, or to wait for some seconds.
func (s small) of(namespace string, second float64, name string, bytes int, urgent bool, want float64) {
	s.t.Helper()
	w := budget.Write{ID: id(name), Bytes: bytes, Urgent: urgent, Interval: time.Minute}
	w.ID.Namespace = namespace
	s.expect(second, w, want)
}

// TestNamespacesTakeTurns: one that comes late with little is not behind all that
// another has waiting.
func TestNamespacesTakeTurns(t *testing.T) {
	b := newSmall(t)
	b.of("loud", 0, "a", 200, false, 0)
	b.of("loud", 0, "b", 100, false, 1)
	b.of("loud", 0, "c", 100, false, 2)
	b.of("quiet", 0, "d", 100, false, 2)
	b.of("loud", 0, "c", 100, false, 3)
	b.of("", 0, "cluster", 100, false, 3)
}

// TestNewsOfOneNamespace goes before refreshes of another, but not without end.
func TestNewsOfOneNamespace(t *testing.T) {
	b := newSmall(t)
	b.of("loud", 0, "a", 200, true, 0)
	b.of("quiet", 0, "refresh", 100, false, 1)
	b.of("loud", 0, "b", 100, true, 1)
	b.of("loud", 1, "b", 100, true, 0)
	b.of("loud", 1, "c", 200, true, 2)
	b.of("loud", 3, "c", 200, true, 0)
	b.of("loud", 3, "d", 100, true, 2) // it is ahead by more than can be saved up
	b.of("quiet", 4, "refresh", 100, false, 0)
	b.of("loud", 4, "d", 100, true, 1)
}

// TestWhatCannotWait leaves half of the rate to who asks, however much is taken.
func TestWhatCannotWait(t *testing.T) {
	b := newSmall(t)
	taken := budget.Write{ID: id("taken"), Bytes: 50, Interval: time.Minute}
	taken.ID.Namespace = "loud"
	waits := budget.Write{ID: id("waits"), Bytes: 50, Interval: time.Minute}
	written := 0
	for tenth := range 600 {
		b.Take(at(float64(tenth)/10), taken) // five times the rate
		if b.Ask(at(float64(tenth)/10), waits) == 0 {
			written += waits.Bytes
		}
	}
	if least := 60*100/2 - 200; written < least {
		t.Errorf("%d bytes were written in a minute, want %d at least", written, least)
	}
}

// TestLoudNamespace: a thousand reports of one namespace want ten times as much as
// there is, and a tenth of them have news all the time. Ten namespaces with a report
// each keep their interval.
func TestLoudNamespace(t *testing.T) {
	const minutes, quiet = 20, 10
	s := newSimulation(4, 1000+quiet, func(r *rand.Rand) int { return 100_000 + r.IntN(100_000) })
	for i, w := range s.all {
		w.write.ID.Namespace = "loud"
		w.write.Urgent = i%10 == 0
		if i < quiet {
			w.write = budget.Write{ID: id("quiet"), Bytes: 50_000, Interval: interval}
			w.write.ID.Namespace = string(rune('a' + i))
		}
	}
	heap.Init(&s.queue)
	s.run(t, start.Add(minutes*time.Minute))
	var longest []time.Duration
	for _, w := range s.all[:quiet] {
		longest = append(longest, w.longest)
		if w.written < minutes-1 {
			t.Errorf("%s wrote %d times in %d minutes", w.write.ID.Namespace, w.written, minutes)
		}
	}
	t.Logf("who is quiet waited %s at most", slices.Max(longest).Round(time.Millisecond))
	if most := slices.Max(longest); most > interval/4 {
		t.Errorf("one that is quiet waited %v", most)
	}
}
