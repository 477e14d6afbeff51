package threshold

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// turn is one subject's part of a step.
type turn struct {
	*step
	before *Alert
	next   Alert
	// moved is the time of what changed the severity; zero where nothing did.
	moved time.Time
}

// follow returns the alert after the step; nil where there is nothing left to
// remember. The reading is nil where the subject is gone.
func (s *step) follow(a *Alert, r *usage.Reading) *Alert {
	t := turn{step: s, before: a, next: *a}
	t.forget()
	if s.renewed {
		t.close(SpecChanged)
		t.announce()
	}
	if r == nil {
		t.close(SubjectGone)
	} else {
		t.read(r)
	}
	t.announce()
	return t.result()
}

// forget leaves of an alert that only what is announced keeps what is left of one
// that nothing keeps.
func (t *turn) forget() {
	if t.next.isQuiet() && !t.next.isRecentlyClosed(t.now, t.longest) {
		t.next.SampleTime, t.next.ClosedTime = time.Time{}, time.Time{}
	}
}

// read moves the alert by what the rule and a reading say. A denominator that is
// too small closes it only where nothing is missing that could be a part of it.
func (t *turn) read(r *usage.Reading) {
	t.next.Reading = *r
	ignored := t.rule.ignores(r)
	if ignored && r.Data == usage.Complete {
		t.close(BelowFloor)
		return
	}
	t.edit()
	if o, isNew := t.observation(r); isNew && !ignored {
		t.observe(&o)
	}
	t.next.Phase = t.phase(r)
}

// close ends all levels, since something other than a sample says so.
func (t *turn) close(cause Cause) {
	t.next.Phase = PhaseOK
	if t.next.isQuiet() {
		return
	}
	before := t.next.Severity()
	t.next.Levels = [SeverityCount]Level{}
	t.next.ClosedTime = t.now
	t.note(before, cause, t.wall)
}

// edit takes over what the rule says otherwise than before.
func (t *turn) edit() {
	before, quiet := t.next.Severity(), t.next.isQuiet()
	var known [SeverityCount]bool
	for i := range t.levels {
		rule := &t.levels[i]
		known[rule.Severity-1] = true
		t.next.Level(rule.Severity).demote(rule.For)
	}
	for i := range known {
		if !known[i] {
			t.next.Levels[i] = Level{}
		}
	}
	if !quiet && t.next.isQuiet() {
		t.next.ClosedTime = t.now
	}
	t.note(before, SpecChanged, t.wall)
}

// observation returns what a reading tells that was not known before.
func (t *turn) observation(r *usage.Reading) (o observation, isNew bool) {
	o = observation{time: t.wall, now: t.now, longest: t.longest}
	o.lower, o.upper = t.rule.bounds(r)
	switch {
	case r.Data == usage.MissingData:
		o.missing = true
		return o, t.rule.FireOnNoData
	case r.SampleTime.IsZero():
		return o, r.Data == usage.Complete // nothing runs, and that is known at any time
	}
	o.time, o.sampled = r.SampleTime, true
	return o, t.isNews(r.SampleTime)
}

// isNews tells whether a sample was not observed yet, in this alert. One that is a
// good deal older than the last says that the clock that dates them was set back.
func (t *turn) isNews(sample time.Time) bool {
	return sample.After(t.next.SampleTime) || t.next.SampleTime.Sub(sample) > t.longest
}

func (t *turn) observe(o *observation) {
	before := t.next.Severity()
	for i := range t.levels {
		rule := &t.levels[i]
		t.next.Level(rule.Severity).observe(rule, t.rule.KeepFiringFor, o)
	}
	if o.sampled {
		t.next.SampleTime = o.time
	}
	t.note(before, Recovered, o.time)
}

// note keeps when the severity changed, if it did, and why less fires than before.
func (t *turn) note(before Severity, cause Cause, at time.Time) {
	after := t.next.Severity()
	if after < before {
		t.next.Cause = cause
	}
	if after != before {
		t.moved = at
	}
}

// phase is that of the subject: Unknown where a level that does not fire could
// cross, for all that is known.
func (t *turn) phase(r *usage.Reading) Phase {
	worst := PhaseOK
	if t.rule.ignores(r) && t.next.isQuiet() {
		return worst
	}
	for i := range t.levels {
		rule := &t.levels[i]
		p := t.next.Level(rule.Severity).Phase
		if p != PhaseFiring && t.leavesOpen(rule, r) {
			p = PhaseUnknown
		}
		worst = max(worst, p)
	}
	return worst
}

// result drops an alert that there is nothing left to remember of, and keeps the
// one before where nothing changed.
func (t *turn) result() *Alert {
	t.forget()
	if t.next.isOver() && !t.next.isRecentlyClosed(t.now, t.longest) {
		return nil
	}
	if t.next == *t.before {
		return t.before
	}
	after := t.next
	return &after
}

// isRecentlyClosed tells whether the sample that an alert had last may still be
// that of its subject.
func (a *Alert) isRecentlyClosed(now time.Time, longest time.Duration) bool {
	d := now.Sub(a.ClosedTime)
	return !a.ClosedTime.IsZero() && d >= 0 && d <= longest
}
