package threshold

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// step is what holds for all subjects in one step.
type step struct {
	rule *Rule
	// levels are those of the rule, where what is larger is worse.
	levels []LevelRule
	// now may have a reading of the monotonic clock; wall has none.
	now, wall time.Time
	longest   time.Duration
	// renewed tells that the rule means something else than before.
	renewed bool
	// silenced tells whether nothing is announced, and lifted is when a silence
	// ended that the step before was in; zero where none did.
	silenced bool
	lifted   time.Time
	// transitions are those of this step, and moved tells whether there were any
	// others that must be stored.
	transitions []Transition
	moved       bool
	// open are the subjects of which nothing is remembered, nor enough known.
	open undecided
}

// Step moves all subjects of a threshold by one tick. Readings are in any order; a
// subject that is not among them is gone. A difference of time between steps that
// is longer than longest is not held to be observed.
//
// The new notices are owed by the state, at the end and still without notes, see
// State.WithNotes; those of one subject are in their order, that of the whole is
// the last. It tells true where anything made a transition or is owed: what must be
// stored. Values and timers move on without that.
func Step(rule *Rule, prev State, readings []usage.Reading, now time.Time, longest time.Duration) (State, []Transition, bool) {
	s := newStep(rule, &prev, now, longest)
	next := prev
	next.Time, next.Meaning, next.Silenced = s.wall, rule.Meaning, s.silenced
	next.Counts, next.Severity, next.TooMany, next.Undecided = Counts{}, None, 0, nil

	places, claimed := prev.match(readings)
	s.followAll(&next, prev.Alerts, readings, places)
	s.admit(&next, readings, claimed)
	next.Undecided = s.open.alerts(prev.Undecided)
	s.sumUp(&next)
	next.owe(s.transitions)
	return next, s.transitions, s.moved || len(s.transitions) > 0 || next.looksOtherThan(&prev)
}

func newStep(rule *Rule, prev *State, now time.Time, longest time.Duration) *step {
	s := &step{rule: rule, levels: rule.risesOnly(), now: now, wall: wallOf(now), longest: longest}
	s.renewed = prev.Meaning != rule.Meaning
	s.silenced = s.wall.Before(rule.SilencedUntil)
	if prev.Silenced && !s.silenced {
		s.lifted = s.wall
		if rule.SilencedUntil.After(prev.Time) {
			s.lifted = wallOf(rule.SilencedUntil)
		}
	}
	return s
}
