package threshold_test

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// oracle says what a threshold must do, without thrift: it keeps every subject, and
// for each level all that was ever observed in its episode, and sums that up
// whenever it is asked.
type oracle struct {
	subjects      map[model.Subject]*judged
	meaning       [16]byte
	silenced      bool
	last          time.Time
	announced     threshold.Severity
	announcedTime time.Time

	// What holds in one step.
	rule    *threshold.Rule
	now     time.Time
	longest time.Duration
	lifted  time.Time
	told    []threshold.Notice
	causes  []threshold.Cause
}

// judged is a subject.
type judged struct {
	subject   model.Subject
	levels    map[threshold.Severity]*episode
	phase     threshold.Phase
	present   bool
	announced threshold.Severity
	notified  time.Time
	cause     threshold.Cause
	sample    time.Time
	closed    time.Time
	changed   time.Time
}

// episode is a level that is not OK.
type episode struct {
	fires  bool
	marks  []mark
	firing int // the mark that it fired by
}

// mark is something that decided about a level.
type mark struct {
	kind    string // crosses, clears, between, or resumed
	missing bool
	at      time.Time
	longest time.Duration
}

// gap is the time that counts between a mark and the one before.
func (e *episode) gap(i int) time.Duration {
	d := e.marks[i].at.Sub(e.marks[i-1].at)
	if d < 0 || d > e.marks[i].longest {
		return 0
	}
	return d
}

func (e *episode) held() (sum time.Duration) {
	for i := 1; i < len(e.marks); i++ {
		if e.marks[i].kind == "crosses" && e.marks[i-1].kind == "crosses" {
			sum += e.gap(i)
		}
	}
	return sum
}

// beyond is for how long it clears without anything else in between.
func (e *episode) beyond() (sum time.Duration) {
	for i := len(e.marks) - 1; i > 0 && e.marks[i].kind == "clears" && e.marks[i-1].kind == "clears"; i-- {
		sum += e.gap(i)
	}
	return sum
}

// isBlind tells whether a level fires for lack of data, and has not crossed since.
func (e *episode) isBlind() bool {
	return e.fires && !slices.ContainsFunc(e.marks[e.firing:], func(m mark) bool { return m.kind == "crosses" && !m.missing })
}

func (j *judged) severity() threshold.Severity {
	for _, s := range []threshold.Severity{threshold.Critical, threshold.Warning} {
		if e := j.levels[s]; e != nil && e.fires {
			return s
		}
	}
	return threshold.None
}

func (o *oracle) step(rule *threshold.Rule, readings []usage.Reading, now time.Time, longest time.Duration) {
	o.rule, o.now, o.longest, o.told, o.causes = rule, now, longest, nil, nil
	o.lifted = time.Time{}
	silenced := now.Before(rule.SilencedUntil)
	if o.silenced && !silenced {
		o.lifted = now
		if rule.SilencedUntil.After(o.last) {
			o.lifted = rule.SilencedUntil
		}
	}
	o.silenced = silenced
	bySubject := map[model.Subject]*usage.Reading{}
	for i := range readings {
		r := &readings[i]
		bySubject[r.Subject] = r
		if o.subjects[r.Subject] == nil {
			o.subjects[r.Subject] = &judged{subject: r.Subject, levels: map[threshold.Severity]*episode{}}
		}
	}
	for _, j := range o.sorted() {
		j.changed = time.Time{}
		o.forgetSample(j)
		if o.meaning != rule.Meaning {
			o.close(j, threshold.SpecChanged)
			o.tell(j)
		}
		if r := bySubject[j.subject]; r != nil {
			o.judge(j, r)
		} else {
			o.close(j, threshold.SubjectGone)
		}
		j.present = bySubject[j.subject] != nil
		o.tell(j)
		o.forget(j)
	}
	o.meaning, o.last = rule.Meaning, now
	o.tellOverall()
}

func (o *oracle) sorted() []*judged {
	var all []*judged
	for _, j := range o.subjects {
		all = append(all, j)
	}
	slices.SortFunc(all, func(a, b *judged) int { return a.subject.Compare(&b.subject) })
	return all
}

// close ends a subject for a reason that is no sample.
func (o *oracle) close(j *judged, cause threshold.Cause) {
	j.phase = threshold.PhaseOK
	if len(j.levels) == 0 {
		return
	}
	before := j.severity()
	j.levels = map[threshold.Severity]*episode{}
	j.closed = o.now
	o.compare(j, before, cause, o.now)
}

func (o *oracle) compare(j *judged, before threshold.Severity, cause threshold.Cause, at time.Time) {
	after := j.severity()
	if after != before {
		j.changed = at
	}
	if after < before {
		j.cause = cause
	}
}

func (o *oracle) judge(j *judged, r *usage.Reading) {
	tooSmall := r.Denominator < o.rule.Floor
	if tooSmall && r.Data == usage.Complete {
		o.close(j, threshold.BelowFloor)
		return
	}
	o.edit(j)
	if tooSmall && len(j.levels) == 0 {
		j.phase = threshold.PhaseOK
		return
	}
	if !tooSmall {
		o.observe(j, r)
	}
	j.phase = o.phase(j, r)
}

func (o *oracle) edit(j *judged) {
	before := j.severity()
	for s, e := range j.levels {
		rule := o.level(s)
		if rule == nil {
			delete(j.levels, s)
			if len(j.levels) == 0 {
				j.closed = o.now
			}
			continue
		}
		if e.fires && e.held() < rule.For {
			e.fires = false
		}
	}
	o.compare(j, before, threshold.SpecChanged, o.now)
}

func (o *oracle) level(s threshold.Severity) *threshold.LevelRule {
	for i := range o.rule.Levels {
		if o.rule.Levels[i].Severity == s {
			return &o.rule.Levels[i]
		}
	}
	return nil
}

func (o *oracle) observe(j *judged, r *usage.Reading) {
	at := r.SampleTime
	switch {
	case r.Data == usage.MissingData && !o.rule.FireOnNoData:
		return
	case r.Data == usage.MissingData:
		at = o.now
	case r.SampleTime.IsZero() && r.Data == usage.Partial:
		return
	case r.SampleTime.IsZero():
		at = o.now
	case !r.SampleTime.After(j.sample) && j.sample.Sub(r.SampleTime) <= o.longest:
		return
	default:
		j.sample = r.SampleTime
	}
	before := j.severity()
	for i := range o.rule.Levels {
		o.observeLevel(j, &o.rule.Levels[i], r)
	}
	o.compare(j, before, threshold.Recovered, at)
}

// is says what a reading says of a bound: crosses, within, or open.
func (o *oracle) is(bound int64, r *usage.Reading) string {
	switch {
	case r.Data == usage.MissingData && o.rule.FireOnNoData:
		return "crosses"
	case !o.rule.Below && r.Lower > bound, o.rule.Below && r.Upper < bound:
		return "crosses"
	case !o.rule.Below && r.Upper <= bound, o.rule.Below && r.Lower >= bound:
		return "within"
	default:
		return "open"
	}
}

func (o *oracle) observeLevel(j *judged, rule *threshold.LevelRule, r *usage.Reading) {
	e := j.levels[rule.Severity]
	m := mark{kind: "crosses", missing: r.Data == usage.MissingData, at: o.now, longest: o.longest}
	verdict := o.is(rule.Threshold, r)
	switch {
	case verdict == "crosses":
		if e == nil {
			e = &episode{}
			j.levels[rule.Severity] = e
		}
		e.marks = append(e.marks, m)
		if !e.fires && e.held() >= rule.For {
			e.fires, e.firing = true, len(e.marks)-1
		}
		return
	case e == nil:
		return
	case !e.fires && verdict == "within":
		delete(j.levels, rule.Severity)
		return
	case !e.fires:
		return
	}
	bound := rule.Clear
	if e.isBlind() {
		bound = rule.Threshold
	}
	switch o.is(bound, r) {
	case "crosses":
		m.kind = "between"
		e.marks = append(e.marks, m)
	case "within":
		m.kind = "clears"
		e.marks = append(e.marks, m)
		if e.beyond() >= o.rule.KeepFiringFor {
			delete(j.levels, rule.Severity)
		}
	}
}

func (o *oracle) phase(j *judged, r *usage.Reading) threshold.Phase {
	phase := threshold.PhaseOK
	for i := range o.rule.Levels {
		rule := &o.rule.Levels[i]
		e, verdict := j.levels[rule.Severity], o.is(rule.Threshold, r)
		open := verdict == "open" || verdict == "crosses" && r.Data == usage.MissingData && !o.rule.FireOnNoData
		switch {
		case e != nil && e.fires:
			phase = max(phase, threshold.PhaseFiring)
		case open:
			phase = max(phase, threshold.PhaseUnknown)
		case e != nil:
			phase = max(phase, threshold.PhasePending)
		}
	}
	return phase
}

// tell brings what is announced of a subject to what fires.
func (o *oracle) tell(j *judged) {
	severity := j.severity()
	at := o.now
	if !o.lifted.IsZero() {
		at = o.lifted
	}
	if !j.changed.IsZero() {
		at = j.changed
	}
	switch {
	case o.silenced:
		return
	case severity > j.announced && j.levels[severity].isBlind():
		o.notice(j, threshold.Unknown, severity, at)
	case severity > j.announced:
		o.notice(j, threshold.Exceeded, severity, at)
	case severity < j.announced:
		o.notice(j, threshold.Cleared, j.announced, at)
	case severity == threshold.None:
		return
	case !o.lifted.IsZero():
		o.notice(j, threshold.StillExceeded, severity, o.lifted)
	default:
		o.repeat(j)
		return
	}
	j.announced, j.notified = severity, o.now
}

func (o *oracle) repeat(j *judged) {
	if o.now.Before(j.notified) {
		j.notified = o.now
	}
	due := j.notified
	for o.rule.RepeatInterval > 0 && !due.Add(o.rule.RepeatInterval).After(o.now) {
		due = due.Add(o.rule.RepeatInterval)
	}
	if due.After(j.notified) {
		j.notified = due
		o.notice(j, threshold.StillExceeded, j.announced, due)
	}
}

func (o *oracle) notice(j *judged, reason threshold.Reason, s threshold.Severity, at time.Time) {
	o.told = append(o.told, threshold.Notice{Subject: j.subject, Reason: reason, Severity: s, Time: at, OwedTime: o.now})
	cause := threshold.Cause(0)
	if reason == threshold.Cleared {
		cause = j.cause
	}
	o.causes = append(o.causes, cause)
}

// remembers tells whether a subject that something closed is still known by its
// last sample.
func (o *oracle) remembers(j *judged) bool {
	return !j.closed.IsZero() && !o.now.Before(j.closed) && o.now.Sub(j.closed) <= o.longest
}

// forgetSample lets the same sample be observed again, after all.
func (o *oracle) forgetSample(j *judged) {
	if len(j.levels) == 0 && !o.remembers(j) {
		j.sample, j.closed = time.Time{}, time.Time{}
	}
}

// forget leaves nothing of a subject that there is nothing to say about.
func (o *oracle) forget(j *judged) {
	o.forgetSample(j)
	if len(j.levels) == 0 && j.announced == threshold.None && !o.remembers(j) {
		*j = judged{subject: j.subject, levels: j.levels, phase: j.phase, present: j.present}
	}
}

func (o *oracle) tellOverall() {
	worst := threshold.None
	for _, j := range o.subjects {
		if o.rule.Objects {
			worst = max(worst, j.announced)
		}
	}
	n := threshold.Notice{Overall: true, Reason: threshold.Exceeded, Severity: worst, Time: o.now, OwedTime: o.now}
	cause := threshold.Cause(0)
	switch {
	case worst == o.announced:
		return
	case worst > o.announced:
		var raised []threshold.Notice
		for _, x := range o.told {
			if x.Severity == worst && x.Reason != threshold.Cleared && x.Reason != threshold.StillExceeded {
				raised = append(raised, x)
			}
		}
		if len(raised) > 0 {
			first := slices.MinFunc(raised, func(a, b threshold.Notice) int { return a.Time.Compare(b.Time) })
			n.Time = first.Time
			if !slices.ContainsFunc(raised, func(x threshold.Notice) bool { return x.Reason == threshold.Exceeded }) {
				n.Reason = threshold.Unknown
			}
		}
	default:
		n.Reason, n.Severity = threshold.Cleared, o.announced
		n.Time = time.Time{}
		for i, x := range o.told {
			if x.Reason != threshold.Cleared || x.Severity != o.announced {
				continue
			}
			if c := x.Time.Compare(n.Time); c > 0 || c == 0 && o.causes[i] < cause {
				n.Time, cause = x.Time, o.causes[i]
			}
		}
	}
	if !n.Time.After(o.announcedTime) {
		n.Time = o.announcedTime.Add(1)
	}
	o.announced, o.announcedTime = worst, n.Time
	o.told, o.causes = append(o.told, n), append(o.causes, cause)
}

func (o *oracle) resume() {
	for _, j := range o.subjects {
		for s, e := range j.levels {
			if !e.fires {
				delete(j.levels, s)
				continue
			}
			e.marks = append(e.marks, mark{kind: "resumed", at: o.last, longest: o.longest})
		}
		if len(j.levels) == 0 && j.announced == threshold.None && j.closed.IsZero() {
			*j = judged{subject: j.subject, levels: j.levels, present: j.present}
		}
	}
}
