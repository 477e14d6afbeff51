package threshold

import (
	"cmp"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// The bounds of a state.
const (
	// MaxSubjects is how many subjects that are not OK are followed.
	MaxSubjects = 10_000
	// MaxUndecided is how many of the subjects of which nothing is known are
	// listed.
	MaxUndecided = 50
	// MaxOwed is how many notices are owed at most, and MaxNote the length of
	// their notes in bytes.
	MaxOwed = 2 * MaxSubjects
	MaxNote = 1024
	// OwedFor is for how long a notice is owed.
	OwedFor = 30 * time.Minute
)

// Phase is where a level, a subject or a threshold stands.
type Phase uint8

// The phases, the worst last.
const (
	PhaseOK Phase = iota
	PhasePending
	PhaseUnknown
	PhaseFiring
)

var phases = [...]string{"OK", "Pending", "Unknown", "Firing"}

// String is the name of the phase in a status.
func (p Phase) String() string { return phases[p] }

// State is what is known of all subjects of a threshold. The zero value is that of
// a new one. Whoever holds a state may keep it: what it points to never changes.
type State struct {
	// Time is that of the last step; zero before the first.
	Time time.Time
	// Meaning is that of the rule of the last step.
	Meaning [16]byte
	// Phase is the worst of the subjects, and PhaseTime since when it is.
	Phase     Phase
	PhaseTime time.Time
	// Severity is the highest that fires.
	Severity Severity
	// Announced is what the last notice about the whole left announced, and
	// AnnouncedTime that of this notice.
	Announced     Severity
	AnnouncedTime time.Time
	Counts        Counts
	// TooMany counts the subjects that are not followed, because MaxSubjects are.
	TooMany int
	// Silenced tells whether the last step was in a silence.
	Silenced bool
	// Alerts are the subjects that the machine has something to remember of, in
	// their order. A subject that became OK may stay among them for some time.
	Alerts []*Alert
	// Undecided are the first MaxUndecided in order of the subjects of which there
	// is nothing to remember, and not enough known to call them OK. They are found
	// anew in each step, and in no encoding.
	Undecided []*Alert
	// Owed are the notices that have no stored Event yet, oldest first.
	Owed []Notice

	// places are the indexes that the alerts had among the readings, -1 for none:
	// where they are first looked for in the next step.
	places []int32
}

// Counts says how many subjects are in which phase. Those that are not followed
// count as Unknown.
type Counts struct {
	Total, OK, Pending, Firing, Unknown int
}

func (c *Counts) add(p Phase) {
	c.Total++
	switch p {
	case PhaseOK:
		c.OK++
	case PhasePending:
		c.Pending++
	case PhaseUnknown:
		c.Unknown++
	case PhaseFiring:
		c.Firing++
	}
}

// worst is the worst phase that any subject is in.
func (c *Counts) worst() Phase {
	switch {
	case c.Firing > 0:
		return PhaseFiring
	case c.Unknown > 0:
		return PhaseUnknown
	case c.Pending > 0:
		return PhasePending
	default:
		return PhaseOK
	}
}

// Alert is one subject. It never changes: a step replaces it.
type Alert struct {
	// Reading is the subject's last one.
	Reading usage.Reading
	// Phase is that of the subject, which may be Unknown.
	Phase Phase
	// Levels are the machines by severity, the mildest first.
	Levels [SeverityCount]Level
	// Announced is the severity that the last notice left announced, and
	// NotifiedTime when that was, by the clock of the steps.
	Announced    Severity
	NotifiedTime time.Time
	// Cause says why less fired when that was so last.
	Cause Cause
	// SampleTime is that of the last sample that was observed. While a level is not
	// OK, and for some time after ClosedTime, none is observed twice.
	SampleTime time.Time
	// ClosedTime is when it was last closed other than by a sample. For some time
	// after, it is remembered which sample was the last.
	ClosedTime time.Time
}

// Subject is what the alert is about.
func (a *Alert) Subject() *model.Subject { return &a.Reading.Subject }

// Severity is the highest that fires.
func (a *Alert) Severity() Severity {
	for i := SeverityCount; i > 0; i-- {
		if a.Levels[i-1].Phase == PhaseFiring {
			return Severity(i)
		}
	}
	return None
}

// Worst is the highest severity that fires, or else that is pending.
func (a *Alert) Worst() Severity {
	pending := None
	for i := range a.Levels {
		if a.Levels[i].Phase == PhasePending {
			pending = Severity(i + 1)
		}
	}
	return cmp.Or(a.Severity(), pending)
}

// Level is the machine of a severity, which is not None.
func (a *Alert) Level(s Severity) *Level { return &a.Levels[s-1] }

// isQuiet tells whether all levels are OK.
func (a *Alert) isQuiet() bool {
	for i := range a.Levels {
		if a.Levels[i].Phase != PhaseOK {
			return false
		}
	}
	return true
}

// isOver tells whether nothing is left to do about an alert.
func (a *Alert) isOver() bool { return a == nil || a.Announced == None && a.isQuiet() }

// differsFrom tells whether an alert has made a transition.
func (a *Alert) differsFrom(before *Alert) bool {
	if a == nil {
		a = &Alert{}
	}
	for i := range a.Levels {
		if a.Levels[i].Phase != before.Levels[i].Phase {
			return true
		}
	}
	return a.Phase != before.Phase || a.Announced != before.Announced
}

// looksOtherThan tells whether a status of the state says something else, beside
// values and the number of subjects that are OK.
func (s *State) looksOtherThan(o *State) bool {
	a, b := s.Counts, o.Counts
	a.Total, a.OK, b.Total, b.OK = 0, 0, 0, 0
	return a != b || s.Phase != o.Phase || s.Severity != o.Severity || s.Silenced != o.Silenced || s.TooMany != o.TooMany ||
		s.Announced != o.Announced || s.Meaning != o.Meaning || s.Time.IsZero() != o.Time.IsZero()
}
