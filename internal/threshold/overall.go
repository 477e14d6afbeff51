package threshold

import "time"

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
		s.leader(&x)
	} else {
		s.last(&x)
	}
	x.Rule = s.ruleOf(x.Severity)
	if !x.Time.After(next.AnnouncedTime) {
		x.Time = next.AnnouncedTime.Add(time.Nanosecond)
	}
	next.Announced, next.AnnouncedTime = announced, x.Time
	s.transitions = append(s.transitions, x)
}

// leader takes over what the first subject says that raised the severity.
func (s *step) leader(x *Transition) {
	x.Reason, x.Severity = Exceeded, x.Announced
	first := time.Time{}
	for i := range s.transitions {
		o := &s.transitions[i]
		raises := o.Severity == x.Severity && (o.Reason == Exceeded || o.Reason == Unknown)
		if raises && (first.IsZero() || o.Time.Before(first)) {
			first, x.Reason = o.Time, o.Reason
		}
	}
	if !first.IsZero() {
		x.Time = first
	}
}

// last takes over what the last subject says that lowered the severity.
func (s *step) last(x *Transition) {
	x.Reason, x.Severity = Cleared, x.Previous
	last := time.Time{}
	for i := range s.transitions {
		if o := &s.transitions[i]; o.Reason == Cleared && o.Severity == x.Severity && o.Time.After(last) {
			last, x.Cause = o.Time, o.Cause
		}
	}
	if !last.IsZero() {
		x.Time = last
	}
}
