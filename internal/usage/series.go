package usage

import (
	"math"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

const (
	// MaxSeries is the largest number of rows of a report that have statistics
	// over a window: a label can have a million values.
	MaxSeries = 500
	// longestStep is the time that one tick stands for at most, in resolutions:
	// beyond that there is a gap.
	longestStep = 1.5
	// tolerable is what a row can lose of its samples, as one pod of so many,
	// before the tick is a gap for it. One pod dents the sum of a few, and of a
	// thousand one is always lost.
	tolerable = 20
)

// series is the usage of a row over time, or for a threshold its value.
type series struct {
	// windows are one for each resource. A threshold has one of its values alone.
	windows [model.ResourceCount]*sketch.Window
	// history is that of a total that wants one, else nil.
	history *history.Ring
	pace
	// empty is since when the row has no pods, by the engine's own clock; peopled
	// while it has some.
	empty time.Duration
	// since is when the life of a threshold's row begins, undated that it is to be
	// found.
	since   time.Duration
	undated bool
}

// peopled is since when a row with pods has none.
const peopled = time.Duration(math.MinInt64)

// step is how a tick continues a series.
type step struct {
	tick
	window time.Duration
	// most is how many series a report can have, and windows and accounts what all of
	// these take.
	most              int
	windows, accounts *memory
	// longest is the time that it stands for at most, and first that of the first
	// tick of a series.
	longest, first time.Duration
	// settling is for how long a start explains that there was no sample.
	settling time.Duration
}

func (e *Engine) newStep(t *tick) step {
	resolution := e.expectedResolution()
	return step{
		tick: *t, most: e.maxSeries, windows: &e.windows, accounts: &e.accounts, first: resolution,
		longest: time.Duration(longestStep * float64(resolution)), settling: settlingResolutions*resolution + e.carry(),
	}
}

// follow continues the series of all reports of pods that want any.
func (e *Engine) follow(t *tick) {
	s := e.newStep(t)
	e.windows.begin()
	e.accounts.begin()
	for id, r := range e.reports.byID {
		e.windows.turn(id)
		e.accounts.turn(id)
		switch s.window = r.need.Window; {
		case s.window == 0:
		case r.need.Alert != nil:
			r.sweep(&s)
			r.followValues(e, &s)
		default:
			r.sweep(&s)
			r.weigh()
			r.follow(&s)
		}
		e.accounts.take(r.books.size())
	}
	e.windows.end()
	e.accounts.end()
}

// sweep removes the rows whose last pod left before the window, and more of
// those without pods where others wait for their places.
func (r *report) sweep(s *step) {
	for _, w := range slices.Backward(r.rows) { // the last row takes the place of one that goes
		switch {
		case w.series == nil || w.declared.pods > 0:
		case r.waiting > 0:
			r.waiting--
			r.removeRow(w)
		case w.series.empty != peopled && s.age-w.series.empty >= s.window:
			r.removeRow(w)
		}
	}
}

// follow continues the series of all rows and of the total.
func (r *report) follow(s *step) {
	r.waiting = 0
	var sum observation
	for _, w := range r.rows {
		seen := w.seen(s.number)
		if r.addsUp() {
			sum.add(seen)
		}
		var length time.Duration
		if r.attach(w, seen, s) {
			length = w.series.follow(s, int(w.declared.pods), seen)
			s.windows.weigh(w.series)
		}
		r.account(w, seen, length, s)
	}
	if !r.addsUp() {
		sum = *r.total.seen(s.number)
	}
	if r.total.series == nil {
		r.total.series = newSeries(s)
		r.total.series.keep(r.need.History)
	}
	length := r.total.series.follow(s, len(r.members), &sum)
	r.changed = r.changed || length > 0 // without pods there is no other news
	r.closeStep(s, &sum, length)
}

// attach tells whether a row has a series. It gives it one with its first
// sample, unless the report has too many.
func (r *report) attach(w *row, seen *observation, s *step) bool {
	switch {
	case w.series != nil:
		return true
	case seen.newest == 0:
		return false
	case r.series >= s.most || s.windows.isFull():
		r.waiting++
		return false
	}
	w.series = newSeries(s)
	s.windows.expect(int(model.ResourceCount))
	r.series++
	return true
}

func newSeries(s *step) *series {
	n := &series{pace: *newPace(s), empty: peopled}
	for r := range n.windows {
		n.windows[r] = sketch.New(s.window)
	}
	return n
}

// follow adds what the tick stands for, and returns for how long.
func (n *series) follow(s *step, pods int, o *observation) time.Duration {
	n.setEmpty(pods == 0, s.age)
	length := n.next(s, pods, o)
	if length > 0 {
		n.add(s, o, length)
	}
	return length
}

func (n *series) setEmpty(empty bool, age time.Duration) {
	switch {
	case !empty:
		n.empty = peopled
	case n.empty == peopled:
		n.empty = age
	}
}

func (n *series) add(s *step, o *observation, length time.Duration) {
	for r := range n.windows {
		s.addTo(&n.windows[r], o.usage[r], length)
	}
	n.record(s.now, o.usage, length)
}

func (s *step) addTo(w **sketch.Window, value model.Sum, length time.Duration) {
	if !(*w).Add(s.now, value, length) {
		*w = sketch.New(s.window) // the clock was put back by more than the window
		(*w).Add(s.now, value, length)
	}
}

// resize gives all series another window. They keep what it still covers. 0 ends
// them.
func (r *report) resize(window time.Duration) {
	if window == 0 {
		r.unfollow()
		return
	}
	for _, w := range append(slices.Clip(r.rows), &r.total) {
		if w.series != nil {
			w.series.resize(window)
		}
	}
}

func (n *series) resize(window time.Duration) {
	for _, w := range n.windows {
		if w != nil {
			w.Resize(window)
		}
	}
}

func (r *report) unfollow() {
	r.total.series = nil
	for _, w := range slices.Backward(r.rows) {
		w.series = nil
		if w.declared.pods == 0 {
			r.removeRow(w)
		}
	}
	r.series, r.waiting = 0, 0
}
