package threshold_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// life is a threshold with a few subjects to which anything may happen.
type life struct {
	*rand.Rand
	rule     threshold.Rule
	now      time.Time
	readings map[string]usage.Reading
	// steady clocks never go back.
	steady bool
}

func newLife(seed uint64) *life {
	l := &life{Rand: rand.New(rand.NewPCG(seed, 5)), now: noon, readings: map[string]usage.Reading{}}
	l.rule = threshold.Rule{Objects: l.IntN(2) == 0, Below: l.IntN(4) == 0, Floor: 1}
	l.rule.Levels = l.levels()
	for range 3 {
		l.edit()
	}
	return l
}

// levels are one or two, the worse beyond the milder.
func (l *life) levels() []threshold.LevelRule {
	waits := []time.Duration{0, tick, 2 * tick, time.Minute, time.Hour}
	sign := int64(1)
	if l.rule.Below {
		sign = -1
	}
	var levels []threshold.LevelRule
	for i, s := range []threshold.Severity{threshold.Warning, threshold.Critical} {
		bound := 50 + sign*(int64(i)*10+l.Int64N(5))
		levels = append(levels, threshold.LevelRule{
			Severity: s, Threshold: bound, Clear: bound - sign*l.Int64N(3)*3, For: waits[l.IntN(len(waits))],
		})
	}
	switch l.IntN(4) {
	case 0:
		return levels[:1]
	case 1:
		return levels[1:]
	default:
		return levels
	}
}

// edit changes one field of the rule.
func (l *life) edit() {
	switch l.IntN(9) {
	case 0:
		l.rule.Levels = l.levels()
	case 1:
		l.rule.Levels = slices.Clone(l.rule.Levels)
		l.rule.Levels[0].For = []time.Duration{0, tick, time.Minute}[l.IntN(3)]
	case 2:
		l.rule.Meaning[0]++
	case 3:
		l.rule.Floor = []int64{1, 1, 1, 100}[l.IntN(4)]
	case 4:
		l.rule.KeepFiringFor = []time.Duration{0, tick, 2 * tick, time.Minute}[l.IntN(4)]
	case 5:
		l.rule.RepeatInterval = []time.Duration{0, time.Minute, 10 * time.Minute}[l.IntN(3)]
	case 6:
		l.rule.FireOnNoData = l.IntN(2) == 0
	default:
		l.rule.SilencedUntil = l.now.Add(time.Duration(l.IntN(10)-3) * time.Minute)
	}
}

// wait lets time pass, mostly a tick.
func (l *life) wait() {
	d := tick
	switch l.IntN(40) {
	case 0:
		d = time.Duration(l.IntN(3600)) * time.Second
	case 1:
		if !l.steady {
			d = -time.Duration(l.IntN(3600)) * time.Second
		}
	case 2:
		d = longest
	case 3:
		d = longest + 1
	}
	l.now = l.now.Add(d)
}

// tick returns readings in any order. The value of a subject goes its way by small
// steps, so that it stays on one side for a while.
func (l *life) tick() (readings []usage.Reading) {
	names := []string{"a", "b", "c"}
	l.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	for _, name := range names {
		r, known := l.readings[name]
		if known && l.IntN(60) == 0 || !known && l.IntN(4) > 0 {
			delete(l.readings, name)
			continue
		}
		if !known {
			r = usage.Reading{Subject: model.Subject{Namespace: "shop", Pod: name}, Value: 40 + l.Int64N(30), Denominator: 100}
		}
		l.sample(&r)
		l.readings[name] = r
		readings = append(readings, l.seen(r))
	}
	return readings
}

// sample brings the subject a new sample, mostly.
func (l *life) sample(r *usage.Reading) {
	switch l.IntN(20) {
	case 0: // the same again
		return
	case 1:
		r.Value = 30 + l.Int64N(50)
	case 2:
		r.Denominator = []int64{0, 99, 100}[l.IntN(3)]
	}
	r.Value = min(max(r.Value+l.Int64N(7)-3, 0), 100)
	r.SampleTime = l.now.Truncate(time.Second)
	if !l.steady && l.IntN(30) == 0 {
		r.SampleTime = r.SampleTime.Add(time.Duration(l.IntN(200)-100) * time.Second)
	}
}

// seen is what a part of a subject tells of it.
func (l *life) seen(r usage.Reading) usage.Reading {
	r.Lower, r.Upper = r.Value, r.Value
	switch l.IntN(12) {
	case 0:
		r.Data, r.Value, r.Lower, r.Upper = usage.MissingData, 0, 0, 100
		r.SampleTime = time.Time{}
	case 1:
		r.Data, r.Upper = usage.Partial, math.MaxInt64
	case 2:
		r.Data, r.Lower, r.Upper = usage.Partial, max(r.Value-l.Int64N(9), 0), r.Value+l.Int64N(9)
	case 3:
		r.SampleTime = time.Time{}
	case 4:
		r.Data, r.Upper, r.SampleTime = usage.Partial, math.MaxInt64, time.Time{}
	}
	return r
}

// TestAgainstOracle lets anything happen to a threshold, with restarts in between,
// and compares all that can be seen with what the oracle says.
func TestAgainstOracle(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(seeds()) {
		l, truth := newLife(seed), &oracle{subjects: map[model.Subject]*judged{}}
		var state threshold.State
		for i := range 400 {
			switch l.IntN(30) {
			case 0:
				l.edit()
			case 1:
				state = restored(t, state)
			case 2:
				state = state.Resume()
				truth.resume()
			case 3:
				state = state.Delivered(state.Owed)
			}
			l.wait()
			readings := l.tick()
			next, transitions, _ := threshold.Step(&l.rule, state, readings, l.now, longest)
			truth.step(&l.rule, readings, l.now, longest)
			where := fmt.Sprintf("seed %d, step %d", seed, i)
			compareNotices(t, where, transitions, truth)
			compareSubjects(t, where, &next, truth)
			if t.Failed() {
				t.Fatalf("%s: rule %+v, readings %+v", where, l.rule, readings)
			}
			state = next
			count(seen, transitions)
		}
	}
	t.Log(seen)
	if len(seen) < len(everything) {
		t.Errorf("seen is only %v", seen)
	}
}

// everything is what notices can tell.
var everything = []string{
	"Exceeded", "Unknown", "Still", "overall Exceeded", "overall Unknown",
	"Recovered", "SubjectGone", "SpecChanged", "BelowFloor",
	"overall Recovered", "overall SubjectGone", "overall SpecChanged", "overall BelowFloor",
}

func count(seen map[string]int, transitions []threshold.Transition) {
	for _, x := range transitions {
		what := reasons[x.Reason]
		if x.Cause != 0 {
			what = causes[x.Cause]
		}
		if x.Overall {
			what = "overall " + what
		}
		seen[what]++
	}
}

// seeds are fewer in a short run.
func seeds() int {
	if testing.Short() {
		return 30
	}
	return 100
}

func compareNotices(t *testing.T, where string, transitions []threshold.Transition, truth *oracle) {
	t.Helper()
	var got []threshold.Notice
	var why []threshold.Cause
	slices.SortStableFunc(transitions, func(a, b threshold.Transition) int {
		if a.Overall != b.Overall {
			return map[bool]int{false: -1, true: 1}[a.Overall]
		}
		return a.Subject.Compare(&b.Subject)
	})
	for _, x := range transitions {
		got, why = append(got, x.Notice), append(why, x.Cause)
		if (x.Reason == threshold.Cleared) != (x.Cause != 0) {
			t.Errorf("%s: %s has the cause %d", where, reasons[x.Reason], x.Cause)
		}
	}
	if diff := cmp.Diff(truth.told, got); diff != "" {
		t.Errorf("%s: notices (-want +got):\n%s", where, diff)
	}
	if diff := cmp.Diff(truth.causes, why); diff != "" {
		t.Errorf("%s: causes (-want +got):\n%s", where, diff)
	}
}

func compareSubjects(t *testing.T, where string, s *threshold.State, truth *oracle) {
	t.Helper()
	type seen struct {
		Phase     threshold.Phase
		Announced threshold.Severity
		Firing    map[threshold.Severity]bool
		Held      map[threshold.Severity]time.Duration
	}
	got, want := map[string]seen{}, map[string]seen{}
	for _, a := range append(s.Undecided, s.Alerts...) {
		x := seen{a.Phase, a.Announced, map[threshold.Severity]bool{}, map[threshold.Severity]time.Duration{}}
		for _, severity := range []threshold.Severity{threshold.Warning, threshold.Critical} {
			if l := a.Level(severity); l.Phase != threshold.PhaseOK {
				x.Firing[severity], x.Held[severity] = l.Phase == threshold.PhaseFiring, l.Held
			}
		}
		if a.Phase != threshold.PhaseOK || a.Announced != threshold.None {
			got[a.Subject().Pod] = x
		}
	}
	counts := threshold.Counts{}
	for _, j := range truth.sorted() {
		x := seen{j.phase, j.announced, map[threshold.Severity]bool{}, map[threshold.Severity]time.Duration{}}
		for severity, e := range j.levels {
			x.Firing[severity], x.Held[severity] = e.fires, e.held()
		}
		if j.phase != threshold.PhaseOK || j.announced != threshold.None {
			want[j.subject.Pod] = x
		}
		if j.present {
			addTo(&counts, j.phase)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: subjects (-want +got):\n%s", where, diff)
	}
	if diff := cmp.Diff(counts, s.Counts); diff != "" {
		t.Errorf("%s: counts (-want +got):\n%s", where, diff)
	}
}

func addTo(c *threshold.Counts, p threshold.Phase) {
	c.Total++
	*map[threshold.Phase]*int{
		threshold.PhaseOK: &c.OK, threshold.PhasePending: &c.Pending, threshold.PhaseUnknown: &c.Unknown, threshold.PhaseFiring: &c.Firing,
	}[p]++
}
