package alert

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Threshold is what the words of its alerts are made of.
type Threshold struct {
	// Namespace is that of the object; a cluster kind has none.
	Namespace string
	Settings  *v1alpha1.ThresholdSettings
	// Target is what the subjects consist of.
	Target model.Target
	// LabelKeys are the keys of the labels in the subjects.
	LabelKeys []string
}

// Note is the text of an Event: at most threshold.MaxNote bytes, of which the
// description and the runbook of the threshold come last. Half a link leads
// nowhere, so that all else is cut first.
func (t *Threshold) Note(x *threshold.Transition, largest []usage.Contributor) string {
	if t.isPublic(&x.Subject) {
		largest = nil
	}
	text, link := t.told(x, largest), ""
	if x.Reason != threshold.Cleared {
		if t.Settings.Description != "" {
			text += ". " + t.Settings.Description
		}
		if t.Settings.RunbookURL != "" {
			link = ". " + t.Settings.RunbookURL
		}
	}
	return shorten(text, threshold.MaxNote-len(link)) + link
}

// isPublic tells whether an Event about a subject stands in the namespace default,
// where others read it than those who may see the pods of every namespace.
func (t *Threshold) isPublic(s *model.Subject) bool { return t.Namespace == "" && s.Namespace == "" }

func (t *Threshold) told(x *threshold.Transition, largest []usage.Contributor) string {
	switch {
	case x.Overall:
		return t.overall(x)
	case x.Reason == threshold.Cleared:
		return t.cleared(x)
	case x.Reason == threshold.Unknown:
		return fmt.Sprintf("%s has no samples%s, so that nobody knows whether it is %s", t.name(&x.Reading), forSome(x.Level.Held), t.beyond(&x.Rule))
	case x.Reason == threshold.StillExceeded:
		return t.measured(&x.Reading, x.Severity, largest) + t.goesOn(x) + since(x.Level.FiringTime, x.Time) + t.parts(&x.Reading, largest)
	default:
		return t.measured(&x.Reading, x.Severity, largest) + ", " + t.beyond(&x.Rule) + forSome(x.Level.Held) + t.parts(&x.Reading, largest)
	}
}

// name says in a sentence what a reading is about.
func (t *Threshold) name(r *usage.Reading) string {
	return long.name(&r.Subject, t.LabelKeys, t.Namespace == "")
}

// goesOn says that something still fires, although its value may have left the level.
func (t *Threshold) goesOn(x *threshold.Transition) string {
	if x.Level.Crossing {
		return ", still " + t.beyond(&x.Rule)
	}
	return t.lingers(&x.Level, x.Severity)
}

// lingers says why a level fires that its value is not beyond any more.
func (t *Threshold) lingers(l *threshold.Level, s threshold.Severity) string {
	text := ", no longer " + t.beyond(&threshold.LevelRule{Severity: s})
	if !l.ClearingTime.IsZero() {
		return text + ", but not yet for " + string(t.Settings.KeepFiringFor)
	}
	level := t.level(s)
	if level == nil || level.Clear == "" {
		return text
	}
	return text + ", but not yet cleared by " + string(level.Clear)
}

// cleared says why what was announced is over.
func (t *Threshold) cleared(x *threshold.Transition) string {
	who, severity := t.name(&x.Reading), severities[x.Severity]
	switch x.Cause {
	case threshold.SubjectGone:
		return fmt.Sprintf("%s is gone: the alert (%s) has ended", who, severity)
	case threshold.SpecChanged:
		return fmt.Sprintf("%s: the alert (%s) has ended, since the threshold was changed", who, severity)
	case threshold.BelowFloor:
		return fmt.Sprintf("%s: the alert (%s) has ended, since %s", who, severity, t.tooLittle(&x.Reading))
	case threshold.Deleted:
		return fmt.Sprintf("%s: the alert (%s) has ended, since the threshold was deleted", who, severity)
	}
	text := t.measured(&x.Reading, x.Severity, nil) + ", no longer " + t.beyond(&x.Rule)
	if x.Announced != threshold.None {
		text += ", still " + t.beyond(&threshold.LevelRule{Severity: x.Announced})
	}
	return text
}

// tooLittle says why a subject is not looked at.
func (t *Threshold) tooLittle(r *usage.Reading) string {
	what := strings.TrimPrefix(denominators[t.Settings.Measure], "its ")
	if r.Denominator == 0 {
		return "it has no " + what + " any more"
	}
	return fmt.Sprintf("its %s (%s) fell below the floor of %s", what, amount(t.Settings.Resource, r.Denominator), t.Settings.Floor)
}

// overall says how many subjects are in which state. Anyone may read it, and so it
// names none of them.
func (t *Threshold) overall(x *threshold.Transition) string {
	c := &x.Counts
	switch {
	case x.Cause == threshold.Deleted:
		return "The threshold was deleted, and its alerts have ended"
	case x.Reason != threshold.Cleared:
		why := ""
		if x.Reason == threshold.Unknown {
			why = " for lack of samples"
		}
		return fmt.Sprintf("%s: %d of %d subjects fire%s, at worst %s%s of %s", severities[x.Severity], c.Firing, c.Total, why,
			t.beyond(&x.Rule), t.ofShort(), t.Settings.Resource)
	case x.Announced != threshold.None:
		return fmt.Sprintf("%s has ended, %s goes on: %d of %d subjects fire", severities[x.Severity], severities[x.Announced], c.Firing, c.Total)
	default:
		return fmt.Sprintf("%s has ended: none of %d subjects fires", severities[x.Severity], c.Total)
	}
}

func forSome(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return " for " + length(d)
}

func since(start, now time.Time) string {
	if start.IsZero() || now.Sub(start) < time.Second {
		return ""
	}
	return " after " + length(now.Sub(start))
}

// shorten cuts a text to so many bytes, at a border of its characters. What does not
// print, such as a line's end in a description or an escape in the name that a pod
// gives to its owner, becomes a blank.
func shorten(text string, most int) string {
	text = strings.Map(printing, text)
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}

func printing(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
