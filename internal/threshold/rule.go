package threshold

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// SeverityCount is the number of severities that a level can have.
const SeverityCount = int(Critical)

// Rule is what a threshold says, in plain numbers.
type Rule struct {
	// Meaning identifies what is measured of what. The alerts of one meaning end
	// with it.
	Meaning [16]byte
	// Objects tells that each subject is, or belongs to, an object of Kubernetes.
	// Then the threshold as a whole has notices of its own.
	Objects bool
	// Below tells that values below the thresholds cross them, not those above.
	Below bool
	// Levels are one or two of different severities, the mildest first.
	Levels []LevelRule
	// Floor is the smallest denominator that counts, in nanocores or bytes: at
	// least 1 for percentages, 0 for usage.
	Floor int64
	// KeepFiringFor is for how long a level fires beyond its clear.
	KeepFiringFor time.Duration
	// RepeatInterval is the time from one notice of a firing alert to the next; 0
	// for none.
	RepeatInterval time.Duration
	// FireOnNoData lets missing data cross every level.
	FireOnNoData bool
	// SilencedUntil is the end of a silence; zero where there is none.
	SilencedUntil time.Time
}

// LevelRule is one level of a rule. Its values are in the unit of the measure, see
// usage.Reading.
type LevelRule struct {
	Severity Severity
	// Threshold is crossed by values beyond it. Values that are not beyond Clear,
	// which is Threshold itself or on its better side, clear the level.
	Threshold, Clear int64
	// For is for how long crossing must be observed before the level fires.
	For time.Duration
}

// risesOnly returns the levels of a rule for which what is larger is worse.
func (r *Rule) risesOnly() []LevelRule {
	if !r.Below {
		return r.Levels
	}
	levels := make([]LevelRule, len(r.Levels))
	for i, l := range r.Levels {
		l.Threshold, l.Clear = -l.Threshold, -l.Clear
		levels[i] = l
	}
	return levels
}

// bounds returns those of a reading in the orientation of risesOnly.
func (r *Rule) bounds(x *usage.Reading) (lower, upper int64) {
	if r.Below {
		return -x.Upper, -x.Lower
	}
	return x.Lower, x.Upper
}

// ignores tells whether a subject has too small a denominator to be looked at.
func (r *Rule) ignores(x *usage.Reading) bool { return x.Denominator < r.Floor }
