package alert

import (
	"fmt"
	"strings"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

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

// measured says what a subject uses, and how much of what. The severity is that of
// the level which the value is told beside.
func (t *Threshold) measured(r *usage.Reading, s threshold.Severity, largest []usage.Contributor) string {
	who := t.measuredOne(r, largest)
	if over, windowed := overWindows[t.Settings.Statistic]; windowed {
		return who + " uses " + t.ofWhat(r, s) + " " + over + " over " + string(t.Settings.Window) + t.bounds(r)
	}
	if t.Settings.Measure == v1alpha1.MeasureUsage {
		return who + " uses " + t.ofWhat(r, s) + t.bounds(r)
	}
	return fmt.Sprintf("%s uses %s of %s, %s of %s (%s)%s", who, amount(t.Settings.Resource, r.Usage), t.Settings.Resource,
		t.valueBeside(r.Value, s), denominators[t.Settings.Measure], amount(t.Settings.Resource, r.Denominator), t.bounds(r))
}

// measuredOne names what a value is of: the subject, or its largest pod or container.
// Which one was that over a window is not known.
func (t *Threshold) measuredOne(r *usage.Reading, largest []usage.Contributor) string {
	known := len(largest) > 0 && overWindows[t.Settings.Statistic] == ""
	switch {
	case t.Settings.Combine == v1alpha1.CombineMaximumPod && r.Subject.Pod != "":
		return t.name(r)
	case t.Settings.Combine == v1alpha1.CombineMaximumPod && known:
		return "Pod " + largest[0].Name + " of " + t.name(r)
	case t.Settings.Combine == v1alpha1.CombineMaximumPod:
		return "The largest pod of " + t.name(r)
	case t.Settings.Combine == v1alpha1.CombineMaximumContainer && known:
		return t.containerOf(r, largest[0].Name)
	case t.Settings.Combine == v1alpha1.CombineMaximumContainer && r.Subject.Container == "":
		return "The largest container of " + t.name(r)
	default:
		return t.name(r)
	}
}

// containerOf names a container, pod/container, of a subject.
func (t *Threshold) containerOf(r *usage.Reading, name string) string {
	pod, container, _ := strings.Cut(name, "/")
	switch {
	case r.Subject.Pod == "" && r.Subject.Container == "":
		return fmt.Sprintf("Container %s of Pod %s of %s", container, pod, t.name(r))
	case r.Subject.Pod == "":
		return fmt.Sprintf("Pod %s of %s", pod, t.name(r))
	case r.Subject.Container == "":
		return fmt.Sprintf("Container %s of %s", container, t.name(r))
	default:
		return t.name(r)
	}
}

// ofWhat says the value alone.
func (t *Threshold) ofWhat(r *usage.Reading, s threshold.Severity) string {
	if t.Settings.Measure == v1alpha1.MeasureUsage {
		return fmt.Sprintf("%s of %s", amount(t.Settings.Resource, r.Value), t.Settings.Resource)
	}
	return fmt.Sprintf("%s of %s of %s", t.valueBeside(r.Value, s), denominators[t.Settings.Measure], t.Settings.Resource)
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

// level is what the spec says of a severity; nil for nothing.
func (t *Threshold) level(s threshold.Severity) *v1alpha1.ThresholdLevel {
	for i := range t.Settings.Levels {
		if l := &t.Settings.Levels[i]; l.Severity == severities[s] {
			return l
		}
	}
	return nil
}

// levelAmount is as the user wrote it, where the level is still there.
func (t *Threshold) levelAmount(r *threshold.LevelRule) string {
	if l := t.level(r.Severity); l != nil {
		return string(l.Above + l.Below)
	}
	return string(value(t.Settings, r.Threshold))
}

// parts names the largest parts of a subject, if there is more than one. Of what is
// too little no part is the cause.
func (t *Threshold) parts(r *usage.Reading, largest []usage.Contributor) string {
	if len(largest) == 0 || len(largest) == 1 && r.Subject.Pod != "" || t.direction() == "below" {
		return ""
	}
	parts := make([]string, len(largest))
	for i, c := range largest {
		parts[i] = fmt.Sprintf("%s %s", c.Name, amount(t.Settings.Resource, c.Usage))
	}
	return "; largest: " + strings.Join(parts, ", ")
}
