package usage_test

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// valueTrack is the values of a subject over time, each as it was.
type valueTrack struct {
	values []stretch
	// until is up to when it was read, newest the newest sample by then, since when
	// its life began, and empty since when it has no pods; zero while it has.
	until, newest, since, empty time.Time
}

// stretch is a value that stood for some time, up to an end.
type stretch struct {
	end    time.Time
	length time.Duration
	value  int64
}

func (o *oracle) carryNow() time.Duration { return o.usualStep() * 5 / 2 }

// followValues continues the tracks of a threshold after a read.
func (o *oracle) followValues(r *trueReport) {
	if r.values == nil {
		r.values = map[model.Subject]*valueTrack{}
	}
	shares := o.shares(r)
	for subject, of := range shares {
		row := o.sum(of)
		if r.values[subject] == nil && (!row.newest.IsZero() || len(row.expectedPods) == 0) {
			r.values[subject] = o.newValueTrack(of)
		}
	}
	for subject, t := range r.values {
		_, present := shares[subject]
		if !present && !t.empty.IsZero() && o.now.Sub(t.empty) >= r.need.Window {
			delete(r.values, subject)
			continue
		}
		o.continueValues(t, o.sum(shares[subject]), o.instant(r, subject, shares[subject]))
	}
}

func (o *oracle) sum(shares []trueShare) *trueRow {
	row := newTrueRow(model.Subject{})
	for _, s := range shares {
		row.add(s.truePod, s.containers, o.current(s.truePod), s.single)
	}
	return row
}

// newValueTrack begins with the start of the oldest pod, unless that is so new that
// there could not be a sample before.
func (o *oracle) newValueTrack(shares []trueShare) *valueTrack {
	t := &valueTrack{until: o.now.Add(-o.usualStep())}
	t.since = t.until
	for _, s := range shares {
		born := s.StartTime
		running := slices.DeleteFunc(slices.Clone(s.Started), func(started int64) bool { return started == 0 })
		if len(running) > 0 && !s.Restarted {
			born = slices.Min(running) + s.starts.last - s.starts.told
		}
		at := time.Unix(born, 0)
		if born != 0 && o.now.Sub(at) > 3*o.usualStep()+o.carryNow() && at.Before(t.since) {
			t.since = at
		}
	}
	return t
}

// continueValues adds what a tick stands for, as continueTrack does; but where
// nothing runs, no sample is waited for.
func (o *oracle) continueValues(t *valueTrack, row *trueRow, now trueInstant) {
	switch {
	case len(row.pods) > 0:
		t.empty = time.Time{}
	case t.empty.IsZero():
		t.empty = o.now
	}
	running := len(row.expectedPods)
	if running > 0 && row.newest.Unix() == t.newest.Unix() {
		return
	}
	length := min(o.now.Sub(t.until), o.usualStep()*3/2)
	if o.now.After(t.until) {
		t.until = o.now
	}
	t.newest = row.newest
	if length <= 0 || !now.known || 20*len(row.lost) > running || running > 0 && row.newest.IsZero() {
		return
	}
	t.values = append(t.values, stretch{o.now, length, now.value})
}

// within returns the values that a window still has: those of slots of which any
// ended in it.
func (t *valueTrack) within(window time.Duration, now time.Time) (values []stretch) {
	slot := 30 * time.Second
	for 16*slot < window {
		slot *= 2
	}
	slotOf := func(s stretch) int64 { return (s.end.UnixMilli() + slot.Milliseconds() - 1) / slot.Milliseconds() }
	inside := map[int64]bool{}
	for _, s := range t.values {
		if s.end.After(now.Add(-window)) {
			inside[slotOf(s)] = true
		}
	}
	for _, s := range t.values {
		if inside[slotOf(s)] {
			values = append(values, s)
		}
	}
	return values
}

// window turns an instant into a statistic.
func (o *oracle) window(r *trueReport, t *valueTrack, now *trueInstant, ceiling int64) {
	if t == nil {
		now.data, now.value, now.lower, now.upper = usage.MissingData, 0, 0, math.MaxInt64
		return
	}
	values := t.within(r.need.Window, o.now)
	begin, end := o.now.Add(-r.need.Window), o.now
	if t.since.After(begin) {
		begin = t.since
	}
	if now.data != usage.MissingData && o.now.Sub(t.until) <= o.carryNow() && t.until.Before(end) {
		end = t.until
	}
	observed := time.Duration(0)
	for _, s := range values {
		observed += s.length
		if from := s.end.Add(-s.length); from.Before(begin) {
			begin = from
		}
	}
	gap := end.Sub(begin) - observed
	if gap < time.Second {
		gap = 0
	}
	a := r.need.Alert
	now.value = statisticOf(a.Statistic, values, 0, 0)
	now.lower = statisticOf(a.Statistic, values, gap, 0)
	now.upper = max(statisticOf(a.Statistic, values, gap, ceiling), now.value)
	switch {
	case observed == 0:
		now.data, now.upper = usage.MissingData, ceiling
	case gap > 0 || now.data != usage.Complete:
		now.data = usage.Partial
	}
}

// statisticOf is exact, of values and of a gap that had one value.
func statisticOf(s usage.Statistic, values []stretch, gap time.Duration, gapValue int64) int64 {
	all := slices.Clone(values)
	if gap > 0 {
		all = append(all, stretch{length: gap, value: gapValue})
	}
	if len(all) == 0 {
		return 0
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.value, b.value) })
	weight, sum := int64(0), new(big.Int)
	for _, x := range all {
		weight += x.length.Milliseconds()
		sum.Add(sum, new(big.Int).Mul(big.NewInt(x.value), big.NewInt(x.length.Milliseconds())))
	}
	switch s {
	case usage.Maximum:
		return all[len(all)-1].value
	case usage.Average:
		if gap > 0 && gapValue == math.MaxInt64 {
			return math.MaxInt64
		}
		sum.Lsh(sum, 1).Add(sum, big.NewInt(weight))
		return sum.Div(sum, big.NewInt(2*weight)).Int64()
	}
	percent := map[usage.Statistic]int64{usage.P50: 50, usage.P95: 95, usage.P99: 99}[s]
	below := int64(0)
	for _, x := range all {
		if below += x.length.Milliseconds(); 100*below >= percent*weight {
			return x.value
		}
	}
	return all[len(all)-1].value
}
