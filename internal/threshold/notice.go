package threshold

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Severity is how bad a level is. The zero value is none.
type Severity uint8

// The severities, the worst last.
const (
	None Severity = iota
	Warning
	Critical
)

// Reason says what a notice tells.
type Reason uint8

// The reasons of notices.
const (
	// Exceeded: a level began to fire, and no worse one fires.
	Exceeded Reason = iota + 1
	// Cleared: the announced severity fires no more.
	Cleared
	// StillExceeded repeats what was announced some time ago.
	StillExceeded
	// Unknown: a level fires because there is no data.
	Unknown
)

// Cause says why something was cleared.
type Cause uint8

// The causes.
const (
	// Recovered: the value is beyond what clears the level.
	Recovered Cause = iota + 1
	// SubjectGone: nothing is left that the alert was about.
	SubjectGone
	// SpecChanged: the threshold measures something else now, or lost the level.
	SpecChanged
	// BelowFloor: the denominator has become smaller than the floor.
	BelowFloor
	// Deleted: the threshold is gone.
	Deleted
)

// Notice is a transition that is owed an Event. It is part of the state until the
// Event is stored. Its identity is all but the note and since when it is owed: the
// same transition of the same state has the same one after a restart.
type Notice struct {
	// Subject is what the notice is about. Overall notices are about the threshold
	// as a whole.
	Subject model.Subject
	Overall bool

	Reason Reason
	// Severity is that which is announced, or which is cleared.
	Severity Severity
	// Time is that of the sample that triggered it, or the deadline of the timer.
	Time time.Time
	// OwedTime is since when it is owed, by the clock of the steps.
	OwedTime time.Time
	// Note is the text for people, at most MaxNote bytes.
	Note string
}

// Is tells whether two notices are of the same transition.
func (n *Notice) Is(o *Notice) bool {
	return n.Subject == o.Subject && n.Overall == o.Overall && n.Reason == o.Reason &&
		n.Severity == o.Severity && n.Time.Equal(o.Time)
}

// Transition is a new notice, still without a note, and what can be told in it.
type Transition struct {
	Notice
	// Previous is the severity that was announced before, and Announced the one
	// that is since.
	Previous, Announced Severity
	// Cause says why something was cleared.
	Cause Cause
	// Reading is the last one of the subject.
	Reading usage.Reading
	// Level is that of the severity; of one that was cleared, as it was before.
	Level Level
	// Rule is the rule of this level; zero where it is gone.
	Rule LevelRule
	// Counts are those of all subjects, in a notice about the whole.
	Counts Counts
}
