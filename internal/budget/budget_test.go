package budget_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/series"
)

func id(name string) usage.ID { return usage.ID{Kind: "UsageReport", Namespace: "shop", Name: name} }

// small is a budget of 100 bytes a second, 200 of which can be saved up.
type small struct {
	*budget.Budget
	t *testing.T
}

func newSmall(t *testing.T) small {
	t.Helper()
	return small{budget.NewWithBurst(100, 200), t}
}

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

// ask expects a refresh to go, or to wait for some seconds.
func (s small) ask(second float64, name string, bytes int, want float64) {
	s.t.Helper()
	s.expect(second, budget.Write{ID: id(name), Bytes: bytes, Interval: time.Minute}, want)
}

func (s small) askUrgently(second float64, name string, bytes int, want float64) {
	s.t.Helper()
	s.expect(second, budget.Write{ID: id(name), Bytes: bytes, Urgent: true, Interval: time.Minute}, want)
}

func (s small) expect(second float64, w budget.Write, want float64) {
	s.t.Helper()
	if got := s.Ask(at(second), w).Seconds(); got < want-0.0001 || got > want+0.0001 {
		s.t.Errorf("%s at %vs waits %vs, want %vs", w.ID.Name, second, got, want)
	}
}

func TestFirstComeFirstServed(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "b", 100, 1)
	b.ask(0, "c", 10, 1.1)
	b.ask(0.5, "c", 10, 0.6)
	b.ask(1.05, "c", 10, 0.05) // there is enough for it, but b stands before it
	b.ask(1.2, "c", 10, 0)     // there is enough for both
	b.ask(1.2, "b", 100, 0)
}

func TestUrgentWritesGoFirst(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "b", 100, 1)
	b.askUrgently(0.5, "c", 50, 0) // it takes what was kept for b
	b.askUrgently(0.5, "d", 50, 0.5)
	b.askUrgently(0.5, "e", 20, 0.7)
	b.ask(1, "b", 100, 1.2)
	b.askUrgently(1.2, "e", 20, 0)
	b.askUrgently(1.2, "d", 50, 0)
	b.ask(2.2, "b", 100, 0)
}

// TestNewsAboutOneThatWaits takes it to the front, and back when it is none.
func TestNewsAboutOneThatWaits(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "b", 100, 1)
	b.ask(0, "c", 100, 2)
	b.askUrgently(0, "c", 100, 1)
	b.ask(0, "b", 100, 2)
	b.ask(0, "c", 100, 2)
	b.ask(0, "b", 100, 1)
	if got := b.Waited(at(0.7), id("c")); got != 700*time.Millisecond {
		t.Errorf("it has waited %v, want 700ms", got)
	}
}

func TestLeave(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "b", 100, 1)
	b.ask(0, "c", 100, 2)
	b.Leave(id("b"))
	b.Leave(id("nobody"))
	b.ask(0, "c", 100, 1)
	if got := b.Waited(at(5), id("b")); got != 0 {
		t.Errorf("one that left has waited %v", got)
	}
	b.ask(0, "b", 100, 2)
}

// TestTheForgetful: who does not come back does not hold up the others for ever.
func TestTheForgetful(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "gone", 150, 1.5)
	b.ask(0, "b", 100, 2.5)
	b.ask(60, "b", 100, 0.5)
	b.ask(122, "b", 100, 0)
	if got := b.Waited(at(122), id("gone")); got != 0 {
		t.Errorf("one that was forgotten has waited %v", got)
	}
}

// TestMoreThanCanBeSavedUp: a write that is larger than the burst goes when the
// bucket is full.
func TestMoreThanCanBeSavedUp(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "large", 10_000, 2)
	b.ask(2, "large", 10_000, 0)
	b.ask(2, "b", 100, 1)
}

// TestTheLargestStatus goes through the smallest budget.
func TestTheLargestStatus(t *testing.T) {
	b := budget.New(1)
	if wait := b.Ask(start, budget.Write{ID: id("large"), Bytes: 300 << 10}); wait != 0 {
		t.Errorf("it waits %v", wait)
	}
}

func TestMetrics(t *testing.T) {
	b := newSmall(t)
	b.ask(0, "a", 200, 0)
	b.ask(0, "b", 100, 1)
	b.askUrgently(0, "c", 100, 1)
	b.ask(60, "b", 50, 0)
	b.askUrgently(60, "c", 100, 0)
	b.ask(60, "d", 200, 1.5)
	want := map[string]float64{
		"status_written_bytes_total UsageReport": 350, "status_intervals_stretched_total UsageReport": 2, "status_waiting_writes": 1,
		"status_wait_seconds_count News": 1, "status_wait_seconds_sum News": 60, "status_wait_seconds_count Refresh": 2, "status_wait_seconds_sum Refresh": 60,
	}
	if diff := cmp.Diff(want, series.Of(t, b.Collectors())); diff != "" {
		t.Errorf("the metrics (-want +got):\n%s", diff)
	}
}
