package threshold

import "time"

// Close ends all alerts, since the threshold is deleted or measures nothing any
// more. What was announced is cleared, also in a silence: there is nobody left to
// do it later.
func (s State) Close(cause Cause, now time.Time) (State, []Transition) {
	step := &step{rule: &Rule{}, now: now, wall: wallOf(now)}
	for _, a := range s.Alerts {
		t := turn{step: step, before: a, next: *a}
		t.close(cause)
		t.announce()
	}
	s.Alerts, s.places, s.Undecided, s.Silenced = nil, nil, nil, false
	s.Counts, s.Severity, s.TooMany = Counts{}, None, 0
	step.sumUp(&s)
	s.owe(step.transitions)
	return s, step.transitions
}

// Resume returns the state after a time in which the threshold was suspended. What
// was pending starts anew, what fires goes on. The next step counts the subjects
// again.
func (s State) Resume() State {
	alerts := make([]*Alert, 0, len(s.Alerts))
	for _, a := range s.Alerts {
		next := *a
		for i := range next.Levels {
			next.Levels[i].resume()
		}
		next.Phase = PhaseOK
		if next.Severity() != None {
			next.Phase = PhaseFiring
		}
		if !next.isOver() || !next.ClosedTime.IsZero() {
			alerts = append(alerts, &next)
		}
	}
	s.Alerts, s.places = alerts, nil
	return s
}
