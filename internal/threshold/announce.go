package threshold

import "time"

// announce tells what fires and was not announced, and what was announced and
// fires no more. In a silence it tells nothing.
func (t *turn) announce() {
	if t.silenced {
		return
	}
	a, severity := &t.next, t.next.Severity()
	switch {
	case severity > a.Announced:
		t.tell(t.reason(severity), severity, t.trigger())
	case severity < a.Announced:
		t.tell(Cleared, a.Announced, t.trigger())
	case severity == None:
		return
	case !t.lifted.IsZero():
		t.tell(StillExceeded, severity, t.lifted)
	default:
		t.repeat(severity)
		return
	}
	a.Announced, a.NotifiedTime = severity, t.now
}

func (t *turn) reason(s Severity) Reason {
	if t.next.Level(s).NoData {
		return Unknown
	}
	return Exceeded
}

// trigger is the time of what changed the severity: in this step, or in a silence
// that has ended.
func (t *turn) trigger() time.Time {
	switch {
	case !t.moved.IsZero():
		return t.moved
	case !t.lifted.IsZero():
		return t.lifted
	default:
		return t.wall
	}
}

// repeat tells again what was announced an interval ago, once, however many
// intervals have passed meanwhile. A timer from the future, since the clock was
// set back while nobody looked, starts anew.
func (t *turn) repeat(s Severity) {
	a, interval := &t.next, t.rule.RepeatInterval
	waited := t.now.Sub(a.NotifiedTime)
	if waited < 0 {
		a.NotifiedTime = t.now
	}
	if interval <= 0 || waited < interval {
		return
	}
	a.NotifiedTime = a.NotifiedTime.Add(waited.Truncate(interval))
	t.tell(StillExceeded, s, wallOf(a.NotifiedTime))
}

// tell owes a notice.
func (t *turn) tell(reason Reason, s Severity, at time.Time) {
	x := Transition{
		Notice:    Notice{Subject: *t.next.Subject(), Reason: reason, Severity: s, Time: at, OwedTime: t.now},
		Previous:  t.next.Announced,
		Announced: t.next.Severity(),
		Reading:   t.next.Reading,
		Level:     *t.next.Level(s),
		Rule:      t.ruleOf(s),
	}
	if reason == Cleared {
		x.Cause, x.Level = t.next.Cause, *t.before.Level(s)
	}
	t.transitions = append(t.transitions, x)
}

// ruleOf returns the rule of a severity.
func (s *step) ruleOf(severity Severity) LevelRule {
	for _, l := range s.rule.Levels {
		if l.Severity == severity {
			return l
		}
	}
	return LevelRule{}
}

// wallOf returns what a time is by the system's clock, as it is stored.
func wallOf(t time.Time) time.Time { return t.Round(0).UTC() }
