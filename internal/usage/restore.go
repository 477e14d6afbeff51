package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// Restore is Set for a report that goes on from a snapshot of it with an equal
// plan. What lies between the snapshot and the next tick is a gap, but for the
// time that one tick stands for; and no time counts twice. The engine takes over
// the snapshot. A report that is set already, with this plan, has its own memory
// and keeps that. Of a snapshot that counted something else it takes the accounts
// alone, as an edit of a running report does.
//
// now is when it goes on. Where the clock was put back meanwhile, nobody knows for
// how long the report was away, so that it goes on from now.
func (e *Engine) Restore(id ID, plan *selection.Plan, need Need, s *Snapshot, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.set(id, plan, need) {
		return false
	}
	if need.Window == 0 {
		return true
	}
	s.giveAccounts(e.books(id), &need)
	if s.Total == nil {
		return true
	}
	c := continuation{moment: moment{now: now, age: e.age(now)}, need: &need, taken: s.Time}
	if plan.Target() == model.Nodes {
		c.restoreNodes(e.nodes.reports[id], s, e.maxSeries)
	} else {
		c.restore(e.reports.byID[id], s, e.maxSeries)
	}
	return true
}

// continuation is how series go on.
type continuation struct {
	moment
	need *Need
	// taken is when the snapshot was.
	taken time.Time
}

func (c *continuation) restore(r *report, s *Snapshot, most int) {
	r.total.series = c.total(s.Total, r.plan)
	s.giveHistory(r.total.series, c.need)
	for i := range s.Rows[:min(len(s.Rows), most)] {
		w := r.row(s.Rows[i].Subject)
		w.series = c.series(&s.Rows[i].Track)
		r.series++
	}
}

func (c *continuation) restoreNodes(r *nodeReport, s *Snapshot, most int) {
	r.series = nodeSeries{total: c.total(s.Total, r.plan), rows: map[model.Subject]*series{}}
	s.giveHistory(r.series.total, c.need)
	for i := range s.Rows[:min(len(s.Rows), most)] {
		r.series.rows[s.Rows[i].Subject] = c.series(&s.Rows[i].Track)
	}
}

// series goes on with a track. That a row has pods still is for the next tick to
// say: until then it has none since the snapshot.
func (c *continuation) series(t *Track) *series {
	n := &series{windows: t.Windows, pace: pace{until: c.since(t.Until), newest: t.Newest}, empty: c.since(c.taken)}
	if !t.Empty.IsZero() {
		n.empty = c.since(t.Empty)
	}
	if n.since = n.until; !t.Since.IsZero() {
		n.since = c.since(t.Since)
	}
	n.fit(c.need)
	n.resize(c.need.Window)
	return n
}

// fit gives a series the windows that its owner wants, whatever it was restored
// from.
func (n *series) fit(need *Need) {
	for r := range n.windows {
		switch {
		case need.Alert != nil && model.Resource(r) != valueWindow:
			n.windows[r] = nil
		case n.windows[r] == nil:
			n.windows[r] = sketch.New(need.Window)
		}
	}
}

// total goes on with the track of all. A threshold that has rows keeps no values of
// it.
func (c *continuation) total(t *Track, plan *selection.Plan) *series {
	n := c.series(t)
	if c.need.Alert != nil && plan.Grouped() {
		clear(n.windows[:])
	}
	return n
}

// since brings a time of the system's clock to the engine's own: now at the
// latest.
func (c *continuation) since(t time.Time) time.Duration { return c.age - max(c.now.Sub(t), 0) }
