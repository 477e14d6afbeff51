package poller

import (
	"hash/fnv"
	"sync"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// schedule knows when each report is due. Reports of one interval are spread
// over it by a hash of their names, so that they are not all written at once.
type schedule struct {
	mu        sync.Mutex
	reports   map[usage.ID]*slot
	listeners map[string]func([]usage.ID)
}

type slot struct {
	// target is what the report counts.
	target   model.Target
	interval time.Duration
	// next is when the report is due; zero until it was announced once.
	next time.Time
	// eagerUntil is until when an incomplete report is due with every tick: a
	// new report should not show its first, partial numbers for an interval.
	eagerUntil time.Time
}

// eager is for how long a report is new: the time that samples of new pods take
// at the slowest usual resolution, 60 s.
const eager = 3 * time.Minute

func newSchedule() schedule {
	return schedule{reports: map[usage.ID]*slot{}, listeners: map[string]func([]usage.ID){}}
}

// onDue sets the listener of a kind.
func (s *schedule) onDue(kind string, f func([]usage.ID)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[kind] = f
}

// set adds a report, due at once when asked, or gives it a new interval.
func (s *schedule) set(id usage.ID, target model.Target, interval time.Duration, atOnce bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.reports[id]
	if ok && !atOnce && old.interval == interval {
		return
	}
	if ok && !atOnce {
		old.interval = interval // it stays announced, and is due in the new rhythm
		old.hurry()
		return
	}
	s.reports[id] = &slot{target: target, interval: interval, eagerUntil: now.Add(eager)}
}

// lacks tells that a report lacks samples, some or all. It is due again with the
// next tick if it is new, or has none.
func (s *schedule) lacks(id usage.ID, all bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.reports[id]; ok && (all || now.Before(r.eagerUntil)) {
		r.hurry()
	}
}

// hurry leaves alone a report that was not announced yet: it is due anyway.
func (r *slot) hurry() {
	if !r.next.IsZero() {
		r.next = time.Unix(0, 0)
	}
}

// announced tells whether the report's numbers have been up to date once.
func (s *schedule) announced(id usage.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.reports[id]
	return ok && !r.next.IsZero()
}

func (s *schedule) remove(id usage.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.reports, id)
}

// announce hands the reports of a target that are due to their listeners. One
// that has no news stays due until it has.
func (s *schedule) announce(target model.Target, now time.Time, hasNews func(usage.ID) bool) {
	s.tell(target, func(id usage.ID, r *slot) bool {
		if now.Before(r.next) || !hasNews(id) {
			return false
		}
		r.next = nextSlot(id, r.interval, now)
		return true
	})
}

// announceAll hands all reports of a target to their listeners.
func (s *schedule) announceAll(target model.Target, now time.Time) {
	s.tell(target, func(id usage.ID, r *slot) bool {
		r.next = nextSlot(id, r.interval, now)
		return true
	})
}

func (s *schedule) tell(target model.Target, due func(usage.ID, *slot) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := map[string][]usage.ID{}
	for id, r := range s.reports {
		if r.target == target && due(id, r) {
			ids[id.Kind] = append(ids[id.Kind], id)
		}
	}
	for kind, f := range s.listeners {
		if len(ids[kind]) > 0 {
			f(ids[kind])
		}
	}
}

// nextSlot returns the first slot of a report after now. Its slots are an
// interval apart, at an offset that its name decides. It keeps now's reading of the
// monotonic clock, so that a clock that is set back makes nobody wait.
func nextSlot(id usage.ID, interval time.Duration, now time.Time) time.Time {
	h := fnv.New64a()
	for _, part := range []string{id.Kind, id.Namespace, id.Name} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	offset := time.Duration(h.Sum64() % uint64(interval))
	slot := now.Truncate(interval).Add(offset)
	if !slot.After(now) {
		slot = slot.Add(interval)
	}
	return now.Add(slot.Sub(now))
}
