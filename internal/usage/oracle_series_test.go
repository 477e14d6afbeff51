package usage_test

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// track is the usage of a row over time. What is asked here is which samples
// count, and for how long; that a window tells the truth about these is proven
// where it is made.
type track struct {
	windows [model.ResourceCount]*sketch.Window
	// history is that of a total, nil where none is wanted.
	history *history.Ring
	// until is up to when it was summed up, newest the newest sample by then.
	until, newest time.Time
	// empty is since when there are no pods; zero while there are.
	empty time.Time
}

func newTrack(window time.Duration, until time.Time) *track {
	t := &track{until: until}
	for r := range t.windows {
		t.windows[r] = sketch.New(window)
	}
	return t
}

func (p *truePod) wasSampled() bool {
	return slices.ContainsFunc(p.accepted(), func(r reading) bool { return !r.voids })
}

// follow continues all tracks after a read.
func (o *oracle) follow() {
	for id, r := range o.reports {
		if r.need.Window == 0 {
			continue
		}
		if r.need.Alert != nil {
			o.followValues(r)
			continue
		}
		rows, total := o.sums(id)
		if r.total == nil {
			r.total, r.tracks = newTrack(r.need.Window, o.now.Add(-o.usualStep())), map[model.Subject]*track{}
			r.total.keep(r.need.History)
		}
		o.continueTrack(r.total, total)
		for subject, row := range rows {
			if r.tracks[subject] == nil && !row.newest.IsZero() {
				r.tracks[subject] = newTrack(r.need.Window, o.now.Add(-o.usualStep()))
			}
		}
		for subject, t := range r.tracks {
			row := rows[subject]
			switch {
			case row != nil:
				o.continueTrack(t, row)
			case !t.empty.IsZero() && o.now.Sub(t.empty) >= r.need.Window:
				delete(r.tracks, subject)
			default:
				o.continueTrack(t, newTrueRow(subject))
			}
		}
	}
}

// sums returns the rows of a report as they are now, by their subjects.
func (o *oracle) sums(id usage.ID) (rows map[model.Subject]*trueRow, total *trueRow) {
	r := o.reports[id]
	rows, total = map[model.Subject]*trueRow{}, newTrueRow(model.Subject{})
	for _, p := range o.pods {
		containers := o.counted(r, p)
		if containers == nil {
			continue
		}
		now := o.current(p)
		total.add(p, containers, now, false)
		for _, part := range o.parts(r, p, containers) {
			if rows[part.subject] == nil {
				rows[part.subject] = newTrueRow(part.subject)
			}
			rows[part.subject].add(p, part.containers, now, part.single)
		}
	}
	return rows, total
}

// continueTrack adds a moment: as long as since the one before, one and a half
// resolutions at most; nothing without a new sample, nor when more than one pod
// of twenty is lost.
func (o *oracle) continueTrack(t *track, row *trueRow) {
	switch {
	case len(row.pods) > 0:
		t.empty = time.Time{}
	case t.empty.IsZero():
		t.empty = o.now
	}
	if len(row.pods) > 0 && row.newest.Unix() == t.newest.Unix() {
		return
	}
	length := min(o.now.Sub(t.until), o.usualStep()*3/2)
	if o.now.After(t.until) {
		t.until = o.now
	}
	t.newest = row.newest
	if length <= 0 {
		return
	}
	if 20*len(row.lost) > len(row.pods) || len(row.pods) > 0 && row.newest.IsZero() {
		o.gaps++
		return
	}
	var used model.Sums
	for r, window := range t.windows {
		words := wordsOf(row.usage[r])
		used[r] = model.SumOfWords(words.Hi, words.Lo)
		window.Add(o.now, used[r], length)
	}
	if t.history != nil {
		t.history.Add(o.now, used, length)
	}
}

// keep gives a track another history: what a ring keeps then is proven where it is
// made.
func (t *track) keep(shape history.Shape) {
	switch {
	case t == nil:
	case shape.Points == 0:
		t.history = nil
	case t.history == nil:
		t.history = history.New(shape)
	default:
		t.history.Resize(shape)
	}
}

func (t *track) recorded() string {
	if t == nil || t.history == nil {
		return viewHistory(nil)
	}
	return viewHistory(t.history.View())
}

func (o *oracle) usualStep() time.Duration {
	if o.resolution == 0 {
		return time.Minute
	}
	return o.resolution
}

// renew gives a report another need.
func (r *trueReport) renew(need usage.Need) {
	tracks := []*track{}
	if r.total != nil {
		tracks = append(tracks, r.total)
	}
	for _, t := range r.tracks {
		tracks = append(tracks, t)
	}
	for _, t := range tracks {
		for _, window := range t.windows {
			if need.Window != r.need.Window {
				window.Resize(need.Window)
			}
		}
	}
	r.total.keep(need.History)
	if r.need = need; need.Window == 0 {
		r.total, r.tracks = nil, nil
	}
}

func (t *track) statistics(need *usage.Need, now time.Time) (over [model.ResourceCount][]model.Sum) {
	if t == nil || need.Window == 0 {
		return over
	}
	for r, window := range t.windows {
		s := window.Stats(now, 50, 95, 99)
		if s.Observed == 0 {
			continue
		}
		over[r] = []model.Sum{}
		all := map[usage.Statistic]model.Sum{
			usage.Average: s.Average, usage.Maximum: s.Maximum,
			usage.P50: s.Percentiles[0], usage.P95: s.Percentiles[1], usage.P99: s.Percentiles[2],
		}
		for _, wanted := range need.Statistics {
			over[r] = append(over[r], all[wanted])
		}
	}
	return over
}
