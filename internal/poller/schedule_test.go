package poller

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

func numbered(i int) usage.ID {
	return usage.ID{Kind: "UsageReport", Namespace: "shop", Name: fmt.Sprintf("report-%d", i)}
}

// TestNextSlot: slots are an interval apart and do not depend on when one asks.
func TestNextSlot(t *testing.T) {
	for _, interval := range []time.Duration{15 * time.Second, minute, 90 * time.Second, 24 * time.Hour} {
		for i := range 100 {
			id, now := numbered(i), start.Add(time.Duration(i)*7919*time.Millisecond)
			next := nextSlot(id, interval, now)
			if !next.After(now) || next.Sub(now) > interval {
				t.Errorf("the slot after %v is %v, want one within %v", now, next, interval)
			}
			if again := nextSlot(id, interval, next.Add(-1)); !again.Equal(next) {
				t.Errorf("the slot just after %v is %v, want %v", next.Add(-1), again, next)
			}
			if after := nextSlot(id, interval, next); after.Sub(next) != interval {
				t.Errorf("the slot after %v is %v, want %v later", next, after, interval)
			}
		}
	}
}

// TestSlotsOfASetClock: a slot has a reading of the monotonic clock, by which it is as
// far away after the clock was set as before.
func TestSlotsOfASetClock(t *testing.T) {
	if next := nextSlot(numbered(1), minute, time.Now()); next == next.Round(0) {
		t.Errorf("the slot %v has no reading of the monotonic clock", next)
	}
}

// TestSlotsAreSpread: a thousand reports fill all parts of their interval.
func TestSlotsAreSpread(t *testing.T) {
	const reports, parts = 1000, 10
	for _, kind := range []string{"UsageReport", "ClusterUsageReport"} {
		var in [parts]int
		for i := range reports {
			id := numbered(i)
			id.Kind = kind
			in[nextSlot(id, minute, start).Sub(start)*parts/(minute+1)]++
		}
		for part, n := range in {
			if n < reports/parts/2 || n > reports/parts*2 {
				t.Errorf("%s: part %d of the interval has %d of %d slots", kind, part, n, reports)
			}
		}
	}
	a, b := numbered(1), numbered(1)
	b.Namespace = "data"
	if nextSlot(a, time.Hour, start).Equal(nextSlot(b, time.Hour, start)) {
		t.Error("the namespace takes no part in the slot")
	}
}

// TestNewInterval: a report with a new interval is due at once, but an
// announcement that is still owed stays owed.
func TestNewInterval(t *testing.T) {
	s, id := newSchedule(), numbered(1)
	due := 0
	s.onDue(id.Kind, func([]usage.ID) { due++ })
	s.set(id, model.Pods, time.Hour, true, start)
	s.set(id, model.Pods, minute, false, start)
	if s.announced(id) {
		t.Error("the report counts as announced before it was")
	}
	s.announce(model.Pods, start, always)
	s.set(id, model.Pods, minute, false, start)
	s.announce(model.Pods, start, always)
	if due != 1 {
		t.Errorf("announced %d times, want 1", due)
	}
	s.set(id, model.Pods, 2*minute, false, start)
	s.announce(model.Pods, start, always)
	if due != 2 || !s.announced(id) {
		t.Errorf("announced %d times after a new interval, want 2", due)
	}
	s.remove(id)
	s.lacks(id, true, start)
	s.announceAll(model.Pods, start)
	if due != 2 {
		t.Error("a removed report was announced")
	}
}

// TestIncompleteReports: a report that lacks samples is due with the next tick
// while it is new, and for as long as it has none at all.
func TestIncompleteReports(t *testing.T) {
	for _, row := range []struct {
		name string
		all  bool
		age  time.Duration
		due  bool
	}{
		{"new, lacks some", false, eager - 1, true},
		{"old, lacks some", false, eager, false},
		{"old, has none", true, time.Hour / 2, true},
	} {
		s, id := newSchedule(), numbered(1)
		due := 0
		s.onDue(id.Kind, func([]usage.ID) { due++ })
		s.set(id, model.Pods, 24*time.Hour, true, start)
		now := nextSlot(id, 24*time.Hour, start) // just after a slot, the next one is a day away
		s.set(id, model.Pods, 24*time.Hour, true, now)
		s.announce(model.Pods, now, always)
		s.lacks(id, row.all, now.Add(row.age))
		s.announce(model.Pods, now.Add(row.age), always)
		if got := due == 2; got != row.due {
			t.Errorf("%s: due again is %t, want %t", row.name, got, row.due)
		}
	}
}

func always(usage.ID) bool { return true }

// TestNoNews: a report that is due waits until its numbers can be others.
func TestNoNews(t *testing.T) {
	s, id := newSchedule(), numbered(1)
	due, news := 0, false
	hasNews := func(usage.ID) bool { return news }
	s.onDue(id.Kind, func([]usage.ID) { due++ })
	s.set(id, model.Pods, minute, true, start)
	for i := range 3 {
		s.announce(model.Pods, start.Add(time.Duration(i)*scrapes), hasNews)
	}
	if due != 0 || s.announced(id) {
		t.Errorf("announced %d times without news", due)
	}
	news = true
	s.announce(model.Pods, start.Add(minute), hasNews)
	s.announce(model.Pods, start.Add(minute), hasNews)
	if due != 1 || !s.announced(id) {
		t.Errorf("announced %d times, want once in an interval", due)
	}
}
