package threshold

import (
	"cmp"
	"time"
)

// sumUp finds how the threshold as a whole stands, and tells where what is
// announced of its subjects at worst has changed.
func (s *step) sumUp(next *State) {
	if worst := next.Counts.worst(); worst != next.Phase || next.PhaseTime.IsZero() {
		next.Phase, next.PhaseTime = worst, s.wall
	}
	announced := None
	if s.rule.Objects {
		for _, a := range next.Alerts {
			announced = max(announced, a.Announced)
		}
	}
	if announced != next.Announced {
		s.tellOverall(next, announced)
	}
}

// tellOverall owes a notice about the whole. Two of them never have the same time,
// though the samples of two subjects can.
func (s *step) tellOverall(next *State, announced Severity) {
	x := Transition{Previous: next.Announced, Announced: announced, Counts: next.Counts}
	x.Notice = Notice{Overall: true, OwedTime: s.now, Time: s.wall}
	if announced > next.Announced {
		s.rise(&x)
	} else {
		s.fall(&x)
	}
	x.Rule = s.ruleOf(x.Severity)
	if !x.Time.After(next.AnnouncedTime) {
		x.Time = next.AnnouncedTime.Add(time.Nanosecond)
	}
	next.Announced, next.AnnouncedTime = announced, x.Time
	s.transitions = append(s.transitions, x)
}

// rise takes over when the first subject raised the severity. There is data if
// there is of one that did.
func (s *step) rise(x *Transition) {
	x.Reason, x.Severity = Unknown, x.Announced
	first := time.Time{}
	for i := range s.transitions {
		o := &s.transitions[i]
		if o.Severity != x.Severity || o.Reason != Exceeded && o.Reason != Unknown {
			continue
		}
		if first.IsZero() || o.Time.Before(first) {
			first = o.Time
		}
		x.Reason = min(x.Reason, o.Reason)
	}
	x.Time = cmp.Or(first, x.Time)
}

// fall takes over when and why the last subject left the severity.
func (s *step) fall(x *Transition) {
	x.Reason, x.Severity = Cleared, x.Previous
	last := time.Time{}
	for i := range s.transitions {
		o := &s.transitions[i]
		if o.Reason != Cleared || o.Severity != x.Severity || o.Time.Before(last) {
			continue
		}
		if o.Time.After(last) || o.Cause < x.Cause {
			last, x.Cause = o.Time, o.Cause
		}
	}
	x.Time = cmp.Or(last, x.Time)
}
