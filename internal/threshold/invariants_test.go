package threshold_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// moment is one step of a life.
type moment struct {
	rule        threshold.Rule
	before      threshold.State
	readings    []usage.Reading
	now         time.Time
	after       threshold.State
	transitions []threshold.Transition
	moved       bool
}

// live lets anything happen, and shows each step.
func live(t *testing.T, steady bool, see func(seed uint64, m *moment)) {
	t.Helper()
	for seed := range uint64(seeds()) {
		l := newLife(seed)
		l.steady = steady
		var state threshold.State
		for range 300 {
			switch l.IntN(30) {
			case 0:
				l.edit()
			case 1:
				state = state.Resume()
			case 2, 3, 4, 5:
				state = state.Delivered(state.Owed)
			}
			l.wait()
			m := &moment{rule: l.rule, before: state, readings: l.tick(), now: l.now}
			m.after, m.transitions, m.moved = threshold.Step(&m.rule, m.before, m.readings, m.now, longest)
			state = m.after
			see(seed, m)
			if t.Failed() {
				t.Fatalf("seed %d: %+v", seed, m.rule)
			}
		}
	}
}

// TestNeverTooEarly: what fires has crossed for as long as the rule wants, and
// nothing crosses for longer than it is known to.
func TestNeverTooEarly(t *testing.T) {
	live(t, true, func(_ uint64, m *moment) {
		for _, a := range m.after.Alerts {
			for _, rule := range m.rule.Levels {
				l := a.Level(rule.Severity)
				if l.Phase == threshold.PhaseFiring && l.Held < rule.For {
					t.Errorf("%s fires after %s", a.Subject().Pod, l.Held)
				}
				if l.Phase != threshold.PhaseOK && l.Held > m.now.Sub(l.PendingTime) {
					t.Errorf("%s crosses for %s since %s", a.Subject().Pod, l.Held, l.PendingTime)
				}
			}
		}
	})
}

// TestEachEndsOnce: of each subject, and of the whole, what is announced is
// announced once, and cleared once, with a cause. No two notices are the same.
func TestEachEndsOnce(t *testing.T) {
	announced, told := map[model.Subject]threshold.Severity{}, map[threshold.Notice]bool{}
	was := uint64(0)
	live(t, true, func(seed uint64, m *moment) {
		if seed != was {
			clear(announced)
			clear(told)
			was = seed
		}
		for _, x := range m.transitions {
			key := x.Subject
			if x.Overall {
				key = model.Subject{Namespace: "the whole"}
			}
			if x.Previous != announced[key] {
				t.Errorf("%+v, but announced was %d", x.Notice, announced[key])
			}
			if !follows(&x) {
				t.Errorf("%+v goes from %d to %d, by cause %d", x.Notice, x.Previous, x.Announced, x.Cause)
			}
			announced[key] = x.Announced
			id := x.Notice
			id.OwedTime = time.Time{}
			if told[id] {
				t.Errorf("%+v is told twice", id)
			}
			told[id] = true
		}
		for _, a := range m.after.Alerts {
			if a.Announced != announced[*a.Subject()] {
				t.Errorf("announced of %s is %d, told was %d", a.Subject().Pod, a.Announced, announced[*a.Subject()])
			}
		}
	})
}

// follows tells whether a transition is from what was announced to what is.
func follows(x *threshold.Transition) bool {
	switch x.Reason {
	case threshold.Cleared:
		return x.Severity == x.Previous && x.Announced < x.Previous && x.Cause != 0
	case threshold.StillExceeded:
		return x.Severity == x.Previous && x.Announced == x.Previous && x.Cause == 0
	default:
		return x.Severity == x.Announced && x.Announced > x.Previous && x.Cause == 0
	}
}

// TestMissingDataMovesNothing: where nothing but missing data comes, and nothing is
// edited, no level moves and nothing is told but again.
func TestMissingDataMovesNothing(t *testing.T) {
	fired := 0
	live(t, false, func(_ uint64, m *moment) {
		rule := m.rule
		rule.SilencedUntil = time.Time{}
		if m.after.Silenced {
			return
		}
		gone := slices.Clone(m.readings)
		for i := range gone {
			gone[i] = usage.Reading{Subject: gone[i].Subject, Data: usage.MissingData, Upper: 100, Denominator: gone[i].Denominator}
		}
		state := m.after
		for i := range 5 {
			next, transitions, _ := threshold.Step(&rule, state, gone, m.now.Add(time.Duration(i+1)*time.Minute), longest)
			for _, x := range transitions {
				if x.Reason != threshold.StillExceeded && (x.Reason != threshold.Unknown || !rule.FireOnNoData) {
					t.Errorf("missing data tells %+v", x)
				}
			}
			if !rule.FireOnNoData {
				mustHaveLevels(t, &state, &next)
			}
			state = next
		}
		fired += state.Counts.Firing
	})
	if fired == 0 {
		t.Error("nothing ever fired without data")
	}
}

func mustHaveLevels(t *testing.T, want, got *threshold.State) {
	t.Helper()
	if diff := cmp.Diff(levelsOf(want), levelsOf(got)); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
}

// levelsOf are the levels of a state that are not OK.
func levelsOf(s *threshold.State) map[string]threshold.Level {
	levels := map[string]threshold.Level{}
	for _, a := range s.Alerts {
		for i, l := range a.Levels {
			if l.Phase != threshold.PhaseOK {
				levels[a.Subject().Pod+severities[threshold.Severity(i+1)]] = l
			}
		}
	}
	return levels
}

// TestAgain: a step that is made again, with the same readings in any order, after
// a restart or without, comes to the same. A further one at the same time, with
// nothing new, moves nothing.
func TestAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	live(t, false, func(_ uint64, m *moment) {
		mixed := slices.Clone(m.readings)
		random.Shuffle(len(mixed), func(i, k int) { mixed[i], mixed[k] = mixed[k], mixed[i] })
		for _, before := range []threshold.State{m.before, restored(t, m.before)} {
			after, transitions, moved := threshold.Step(&m.rule, before, mixed, m.now, longest)
			if !slices.Equal(encoded(t, after), encoded(t, m.after)) || moved != m.moved {
				t.Errorf("again, the state is another, and moved %v, %v (-want +got):\n%s", m.moved, moved, cmp.Diff(m.after, after, exported))
			}
			if diff := cmp.Diff(m.transitions, transitions); diff != "" {
				t.Errorf("again, the transitions are others (-want +got):\n%s", diff)
			}
		}
		for _, r := range m.readings {
			if r.Data == usage.MissingData || r.SampleTime.IsZero() {
				return // no data is news each time
			}
		}
		after, transitions, moved := threshold.Step(&m.rule, m.after, m.readings, m.now, longest)
		if !slices.Equal(encoded(t, after), encoded(t, m.after)) || len(transitions) > 0 || moved {
			t.Errorf("the same once more moves: %v, %v (-want +got):\n%s", moved, transitions, cmp.Diff(m.after, after, exported))
		}
	})
}

// TestSilenceHidesOnly: in a silence nothing is told, and the levels go their way
// as without.
func TestSilenceHidesOnly(t *testing.T) {
	was, silenced := uint64(0), 0
	var loud threshold.State
	live(t, false, func(seed uint64, m *moment) {
		if seed != was {
			loud, was = threshold.State{}, seed
		}
		if m.after.Silenced && len(m.transitions) > 0 {
			t.Errorf("a silence tells %+v", m.transitions)
		}
		if m.after.Silenced && m.after.Counts.Firing > 0 {
			silenced++
		}
		rule := m.rule
		rule.SilencedUntil = time.Time{}
		if !isResumed(&m.before, &loud) {
			loud = loud.Resume()
		}
		loud, _, _ = threshold.Step(&rule, loud, m.readings, m.now, longest)
		mustHaveLevels(t, &loud, &m.after)
		if loud.Counts != m.after.Counts {
			t.Errorf("counts are %+v, without a silence %+v", m.after.Counts, loud.Counts)
		}
	})
	if silenced == 0 {
		t.Error("nothing ever fired in a silence")
	}
}

// isResumed tells whether two states have the same levels: a life may have resumed
// the one.
func isResumed(a, b *threshold.State) bool { return cmp.Equal(levelsOf(a), levelsOf(b)) }

// TestResume: what is pending starts anew, what fires goes on, nothing is told.
func TestResume(t *testing.T) {
	pending, firing := 0, 0
	live(t, false, func(_ uint64, m *moment) {
		before, after := levelsOf(&m.after), m.after
		after = after.Resume()
		for name, l := range levelsOf(&after) {
			if l.Phase != threshold.PhaseFiring || !l.ClearingTime.IsZero() || before[name].FiringTime != l.FiringTime {
				t.Errorf("%s is resumed as %+v, and was %+v", name, l, before[name])
			}
			delete(before, name)
			firing++
		}
		for name, l := range before {
			if l.Phase != threshold.PhasePending {
				t.Errorf("%s is not resumed, and was %+v", name, l)
			}
			pending++
		}
		if !slices.Equal(after.Owed, m.after.Owed) {
			t.Errorf("resumed, other notices are owed: %+v", after.Owed)
		}
	})
	if pending == 0 || firing == 0 {
		t.Errorf("resumed were %d pending and %d firing ones", pending, firing)
	}
}

// TestCloseEndsAll: a threshold that is deleted leaves nothing announced.
func TestCloseEndsAll(t *testing.T) {
	closed := 0
	live(t, false, func(_ uint64, m *moment) {
		announced := map[string]threshold.Severity{}
		for _, a := range m.after.Alerts {
			if a.Announced != threshold.None {
				announced[a.Subject().Pod] = a.Announced
			}
		}
		if m.after.Announced != threshold.None {
			announced["the whole"] = m.after.Announced
		}
		after, transitions := m.after.Close(threshold.Deleted, m.now)
		for _, x := range transitions {
			name := x.Subject.Pod
			if x.Overall {
				name = "the whole"
			}
			if x.Reason != threshold.Cleared || x.Severity != announced[name] {
				t.Errorf("closing tells %+v, announced was %v", x, announced)
			}
			delete(announced, name)
			closed++
		}
		if len(announced) > 0 || len(after.Alerts) > 0 || after.Announced != threshold.None || after.Phase != threshold.PhaseOK {
			t.Errorf("closing leaves %v announced, and %+v", announced, after)
		}
		if len(after.Owed) != len(m.after.Owed)+len(transitions) {
			t.Errorf("%d notices are owed, were %d, new are %d", len(after.Owed), len(m.after.Owed), len(transitions))
		}
	})
	if closed == 0 {
		t.Error("nothing was ever closed")
	}
}
