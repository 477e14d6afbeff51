package threshold

import "time"

// Level is the machine of one level of one subject. The zero value is OK.
type Level struct {
	// Phase is never Unknown.
	Phase Phase
	// PendingTime is since when it crosses, FiringTime since when it fires, and
	// ClearingTime since when it is beyond its clear: each is the time of a sample,
	// and zero where it is not so.
	PendingTime, FiringTime, ClearingTime time.Time
	// Held is for how long crossing was observed, and Beyond for how long the
	// value was beyond clear since ClearingTime.
	Held, Beyond time.Duration
	// NoData tells that it fires for lack of data, and has not crossed since.
	NoData bool
	// Crossing tells whether what was observed last crossed, and DecidedTime when
	// that was, by the clock of the steps.
	Crossing    bool
	DecidedTime time.Time
}

// observation is what a step learns about a subject.
type observation struct {
	// lower and upper bound the value, in an orientation in which what is larger is
	// worse. Where data is missing, and counts as crossing, they mean nothing.
	lower, upper int64
	missing      bool
	// time is that of the sample, or of the step where it is not about one, and now
	// that of the step.
	time, now time.Time
	sampled   bool
	longest   time.Duration
}

// since returns the time since an observation, 0 where that is too long ago to
// know what was between, or the clock was set back.
func (o *observation) since(before time.Time) time.Duration {
	d := o.now.Sub(before)
	if d < 0 || d > o.longest {
		return 0
	}
	return d
}

// observe moves the level by an observation.
func (l *Level) observe(rule *LevelRule, keepFiringFor time.Duration, o *observation) {
	switch {
	case o.missing || o.lower > rule.Threshold:
		l.cross(rule.For, o)
	case l.Phase == PhasePending && o.upper <= rule.Threshold:
		*l = Level{}
	case l.Phase == PhaseFiring:
		l.recede(rule, keepFiringFor, o)
	}
}

func (l *Level) cross(wait time.Duration, o *observation) {
	if l.Phase == PhaseOK {
		l.Phase, l.PendingTime = PhasePending, o.time
	} else if l.Crossing {
		l.Held += o.since(l.DecidedTime)
	}
	l.decide(true, o)
	l.NoData = l.NoData && o.missing
	if l.Phase == PhasePending && l.Held >= wait {
		l.Phase, l.FiringTime, l.NoData = PhaseFiring, o.time, o.missing
	}
}

// recede moves a firing level that does not cross. One that fires for lack of data
// has not proven to be beyond its threshold: that clears it.
func (l *Level) recede(rule *LevelRule, keepFiringFor time.Duration, o *observation) {
	bound := rule.Clear
	if l.NoData {
		bound = rule.Threshold
	}
	switch {
	case o.lower > bound:
		l.decide(false, o)
	case o.upper <= bound:
		l.clear(keepFiringFor, o)
	}
}

func (l *Level) clear(keepFiringFor time.Duration, o *observation) {
	start, beyond := o.time, time.Duration(0)
	if !l.ClearingTime.IsZero() {
		start, beyond = l.ClearingTime, l.Beyond+o.since(l.DecidedTime)
	}
	l.decide(false, o)
	l.ClearingTime, l.Beyond = start, beyond
	if l.Beyond >= keepFiringFor {
		*l = Level{}
	}
}

// decide notes that an observation decided something, and ends the clearing that
// was under way.
func (l *Level) decide(crossing bool, o *observation) {
	l.Crossing, l.DecidedTime = crossing, o.now
	l.ClearingTime, l.Beyond = time.Time{}, 0
}

// demote lets a level wait again that fires and has not crossed for long enough,
// since what is long enough has changed.
func (l *Level) demote(wait time.Duration) {
	if l.Phase == PhaseFiring && l.Held < wait {
		l.Phase, l.FiringTime, l.NoData = PhasePending, time.Time{}, false
		l.ClearingTime, l.Beyond = time.Time{}, 0
	}
}

// resume starts the timers of a level anew, after a time in which nobody looked.
func (l *Level) resume() {
	if l.Phase == PhasePending {
		*l = Level{}
	}
	l.Crossing = false
	l.ClearingTime, l.Beyond = time.Time{}, 0
}
