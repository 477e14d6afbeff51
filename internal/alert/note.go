package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Threshold is what the words of its alerts are made of.
type Threshold struct {
	// Kind, Namespace and Name are those of the object. A cluster kind has no
	// Namespace.
	Kind, Namespace, Name string
	Settings              *v1alpha1.ThresholdSettings
	// Target is what the subjects consist of.
	Target model.Target
	// LabelKeys are the keys of the labels in the subjects.
	LabelKeys []string
}

// Note is the text of an Event: at most threshold.MaxNote bytes, of which the
// description and the runbook of the threshold come last.
func (t *Threshold) Note(x *threshold.Transition, largest []usage.Contributor) string {
	parts := []string{t.told(x, largest)}
	if x.Reason != threshold.Cleared {
		parts = append(parts, t.Settings.Description, t.Settings.RunbookURL)
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return shorten(strings.Join(parts, ". "), threshold.MaxNote)
}

func (t *Threshold) told(x *threshold.Transition, largest []usage.Contributor) string {
	switch {
	case x.Overall:
		return t.overall(x)
	case x.Reason == threshold.Cleared:
		return t.cleared(x)
	case x.Reason == threshold.Unknown:
		return fmt.Sprintf("%s has no samples%s, so that nobody knows whether it is %s", t.name(&x.Reading), forSome(x.Level.Held), t.beyond(&x.Rule))
	case x.Reason == threshold.StillExceeded:
		return t.measured(&x.Reading) + ", still " + t.beyond(&x.Rule) + since(x.Level.FiringTime, x.Time) + t.parts(&x.Reading, largest)
	default:
		return t.measured(&x.Reading) + ", " + t.beyond(&x.Rule) + forSome(x.Level.Held) + t.parts(&x.Reading, largest)
	}
}

// name says in a sentence what a reading is about.
func (t *Threshold) name(r *usage.Reading) string {
	return long.name(&r.Subject, t.LabelKeys, t.Namespace == "")
}

// denominators say of what a percentage is.
var denominators = map[v1alpha1.ThresholdMeasure]string{
	v1alpha1.MeasurePercentOfRequests:    "its requests",
	v1alpha1.MeasurePercentOfLimits:      "its limits",
	v1alpha1.MeasurePercentOfAllocatable: "its allocatable",
	v1alpha1.MeasurePercentOfQuota:       "its quota",
}

// overWindows say what a statistic over a window is.
var overWindows = map[v1alpha1.ThresholdStatistic]string{
	v1alpha1.ThresholdStatistic(v1alpha1.StatisticAverage): "on average",
	v1alpha1.ThresholdStatistic(v1alpha1.StatisticMaximum): "at most",
	v1alpha1.ThresholdStatistic(v1alpha1.StatisticP50):     "at the median",
	v1alpha1.ThresholdStatistic(v1alpha1.StatisticP95):     "at the 95th percentile",
	v1alpha1.ThresholdStatistic(v1alpha1.StatisticP99):     "at the 99th percentile",
}

// measured says what a subject uses, and how much of what.
func (t *Threshold) measured(r *usage.Reading) string {
	who := map[v1alpha1.Combine]string{
		v1alpha1.CombineMaximumPod:       "The largest pod of ",
		v1alpha1.CombineMaximumContainer: "The largest container of ",
	}[t.Settings.Combine] + t.name(r)
	if over, windowed := overWindows[t.Settings.Statistic]; windowed {
		return who + " uses " + t.ofWhat(r) + " " + over + " over " + string(t.Settings.Window) + t.bounds(r)
	}
	if t.Settings.Measure == v1alpha1.MeasureUsage {
		return who + " uses " + t.ofWhat(r) + t.bounds(r)
	}
	return fmt.Sprintf("%s uses %s of %s, %s of %s (%s)%s", who, amount(t.Settings.Resource, r.Usage), t.Settings.Resource,
		percent(r.Value), denominators[t.Settings.Measure], amount(t.Settings.Resource, r.Denominator), t.bounds(r))
}

// ofWhat says the value alone.
func (t *Threshold) ofWhat(r *usage.Reading) string {
	if t.Settings.Measure == v1alpha1.MeasureUsage {
		return fmt.Sprintf("%s of %s", amount(t.Settings.Resource, r.Value), t.Settings.Resource)
	}
	return fmt.Sprintf("%s of %s of %s", percent(r.Value), denominators[t.Settings.Measure], t.Settings.Resource)
}

// bounds says between what a value lies where samples are missing.
func (t *Threshold) bounds(r *usage.Reading) string {
	switch {
	case r.Data == usage.Complete:
		return ""
	case isUnbounded(r.Upper):
		return fmt.Sprintf(" (at least %s: samples are missing)", value(t.Settings, r.Lower))
	default:
		return fmt.Sprintf(" (%s to %s: samples are missing)", value(t.Settings, r.Lower), value(t.Settings, r.Upper))
	}
}

// beyond says which level is crossed.
func (t *Threshold) beyond(r *threshold.LevelRule) string {
	return t.direction() + " " + t.levelAmount(r)
}

func (t *Threshold) direction() string {
	for i := range t.Settings.Levels {
		if t.Settings.Levels[i].Below != "" {
			return "below"
		}
	}
	return "above"
}

// levelAmount is as the user wrote it, where the level is still there.
func (t *Threshold) levelAmount(r *threshold.LevelRule) string {
	for i := range t.Settings.Levels {
		if l := &t.Settings.Levels[i]; l.Severity == severities[r.Severity] {
			return string(l.Above + l.Below)
		}
	}
	return string(value(t.Settings, r.Threshold))
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
		return fmt.Sprintf("%s: the alert (%s) has ended, since %s are below the floor of %s", who, severity, denominators[t.Settings.Measure], t.Settings.Floor)
	case threshold.Deleted:
		return fmt.Sprintf("%s: the alert (%s) has ended, since the threshold was deleted", who, severity)
	}
	text := t.measured(&x.Reading) + ", no longer " + t.beyond(&x.Rule)
	if x.Announced != threshold.None {
		text += ", still " + t.beyond(&threshold.LevelRule{Severity: x.Announced})
	}
	return text
}

// overall says how many subjects are in which state. Anyone may read it, and so it
// names none of them.
func (t *Threshold) overall(x *threshold.Transition) string {
	c := &x.Counts
	switch {
	case x.Cause == threshold.Deleted:
		return "The threshold was deleted, and its alerts have ended"
	case x.Reason != threshold.Cleared:
		return fmt.Sprintf("%s: %d of %d subjects fire", severities[x.Severity], c.Firing, c.Total)
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

// parts names the largest parts of a subject, if there is more than one.
func (t *Threshold) parts(r *usage.Reading, largest []usage.Contributor) string {
	if len(largest) == 0 || len(largest) == 1 && r.Subject.Pod != "" {
		return ""
	}
	parts := make([]string, len(largest))
	for i, c := range largest {
		parts[i] = fmt.Sprintf("%s %s", c.Name, amount(t.Settings.Resource, c.Usage))
	}
	return "; largest: " + strings.Join(parts, ", ")
}

// shorten cuts a text to so many bytes, at a border of its characters.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}
