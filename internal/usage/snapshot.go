package usage

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// Snapshot is what a report remembers. With it, another engine goes on. It shares
// nothing with the engine that it was taken from.
type Snapshot struct {
	// Time is that of the last tick or sum.
	Time time.Time
	// Total is nil where the report has no statistics yet.
	Total *Track
	// Rows are those with statistics, ranked as in a view: the last can best be
	// done without.
	Rows []RowTrack
	// Sections are further parts of the memory, in encodings of their own, by
	// their names. Revision differs wherever those do that can change without a step
	// of Total; it is not stored.
	Sections map[string][]byte
	Revision uint64
	// Changed tells that the owner counts something else now than when this was
	// taken. Then only sections are left, and their owners decide what of them still
	// holds.
	Changed bool
}

// RowTrack is the track of one subject.
type RowTrack struct {
	Subject model.Subject
	Track
}

// Track is the usage of a row over time, or for a threshold its value, in times of
// the system's clock.
type Track struct {
	// Windows are one for each resource. A threshold has the first alone, of its
	// values, or for the total of other rows none; the others are nil.
	Windows [model.ResourceCount]*sketch.Window
	// Until is up to when the row was summed up or had a gap.
	Until time.Time
	// Newest is the time of the newest sample by then, in Unix seconds; 0 for none.
	Newest int64
	// Empty is since when the row has no pods; zero while it has some.
	Empty time.Time
	// Since is when the life of a threshold's row begins; zero in a report.
	Since time.Time
}

// Snapshot returns what a report remembers. It tells false where the report is
// not set, or has another plan.
func (e *Engine) Snapshot(id ID, plan *selection.Plan) (*Snapshot, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r, ok := e.reports.byID[id]; ok && r.plan == plan {
		return e.snapshot(r), true
	}
	if r, ok := e.nodes.reports[id]; ok && r.plan == plan {
		return e.nodeSnapshot(r), true
	}
	return nil, false
}

func (e *Engine) snapshot(r *report) *Snapshot {
	at := e.moment(e.now)
	s := &Snapshot{Time: at.now, Total: at.track(r.total.series)}
	s.take(r.total.series, &r.books)
	var ranks []ranked
	for _, w := range r.rows {
		if w.series != nil {
			ranks = append(ranks, e.ranked(w, r.need.By))
		}
	}
	slices.SortFunc(ranks, compareRanks)
	for _, w := range ranks {
		s.add(w.row.subject, at.track(w.row.series))
	}
	return s
}

func (e *Engine) nodeSnapshot(r *nodeReport) *Snapshot {
	at := e.moment(e.nodes.now)
	s := &Snapshot{Time: at.now, Total: at.track(r.series.total)}
	s.take(r.series.total, &r.books)
	_, rows := e.nodes.fold(r.plan)
	rows = r.series.withLeft(rows)
	slices.SortFunc(rows, r.need.By.compareNodes)
	for _, w := range rows {
		s.add(w.subject, at.track(r.series.rows[w.subject]))
	}
	return s
}

func (s *Snapshot) add(subject model.Subject, t *Track) {
	if t != nil {
		s.Rows = append(s.Rows, RowTrack{Subject: subject, Track: *t})
	}
}

// moment is one point in time by both clocks, the system's and the engine's own.
type moment struct {
	now time.Time
	age time.Duration
}

// moment returns that of a time that was passed to the engine; of its birth where
// none was yet.
func (e *Engine) moment(now time.Time) moment {
	if now.IsZero() {
		now = e.born
	}
	return moment{now: now.Round(0), age: e.age(now)} // what is stored has no reading of the monotonic clock
}

// time brings a time of the engine's own clock to the system's.
func (m moment) time(age time.Duration) time.Time { return m.now.Add(age - m.age) }

func (m moment) track(n *series) *Track {
	if n == nil {
		return nil
	}
	t := &Track{Until: m.time(n.until), Newest: n.newest}
	if n.empty != peopled {
		t.Empty = m.time(n.empty)
	}
	for r, window := range n.windows {
		if window != nil {
			t.Windows[r] = window.Clone()
		}
	}
	if t.Windows[model.Memory] == nil {
		t.Since = m.time(n.since)
	}
	return t
}
