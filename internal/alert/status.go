package alert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// The bounds of a status.
const (
	// MaxAlerts is how many alerts are listed.
	MaxAlerts = 50
	// MaxContributors is how many contributors an alert names.
	MaxContributors = 5
	// maxSummary and maxMessage are in bytes.
	maxSummary = 512
	maxMessage = 1024
)

// View is what is known of a threshold.
type View struct {
	State threshold.State
	// Undeclared counts the subjects that declare nothing to compare with.
	Undeclared int
	// Unfollowed counts those that have no window, because they are too many.
	Unfollowed int
	// Contributors are the largest parts of the alerts that are listed, in the order
	// of Listed.
	Contributors [][]usage.Contributor
}

// Listed returns the alerts that a status lists, the worst first, and how many
// others there are.
func (t *Threshold) Listed(s *threshold.State) (listed []*threshold.Alert, omitted int) {
	for _, a := range slices.Concat(s.Alerts, s.Undecided) {
		if a.Phase != threshold.PhaseOK {
			listed = append(listed, a)
		}
	}
	slices.SortFunc(listed, t.compare)
	all := s.Counts.Total - s.Counts.OK
	listed = listed[:min(len(listed), MaxAlerts)]
	return listed, max(all-len(listed), 0)
}

// compare puts the worst first: by state, severity and value, then by subject.
func (t *Threshold) compare(a, b *threshold.Alert) int {
	byValue := cmp.Compare(b.Reading.Value, a.Reading.Value)
	if t.direction() == "below" {
		byValue = -byValue
	}
	return cmp.Or(
		cmp.Compare(b.Phase, a.Phase),
		cmp.Compare(b.Worst(), a.Worst()),
		byValue,
		a.Reading.Subject.Compare(&b.Reading.Subject),
	)
}

// Status returns what is published of a threshold. Its conditions and its
// generation are not set.
func (t *Threshold) Status(v *View) v1alpha1.ThresholdStatus {
	s, c := &v.State, &v.State.Counts
	listed, omitted := t.Listed(s)
	status := v1alpha1.ThresholdStatus{
		LastEvaluationTime: v1alpha1.NewTimestamp(s.Time),
		State:              phases[s.Phase],
		Severity:           severities[s.Severity],
		StateTime:          v1alpha1.NewTimestamp(s.PhaseTime),
		SubjectCounts: &v1alpha1.SubjectCounts{
			Total: int32(c.Total), OK: int32(c.OK), Pending: int32(c.Pending), Firing: int32(c.Firing), Unknown: int32(c.Unknown),
		},
		AlertsOmitted: int32(omitted),
	}
	for i, a := range listed {
		var largest []usage.Contributor
		if i < len(v.Contributors) {
			largest = v.Contributors[i]
		}
		status.Alerts = append(status.Alerts, t.alert(a, largest))
	}
	if len(status.Alerts) > 0 {
		status.Worst = status.Alerts[0].Summary
	}
	return status
}

func (t *Threshold) alert(a *threshold.Alert, largest []usage.Contributor) v1alpha1.Alert {
	r, severity := &a.Reading, a.Worst()
	out := v1alpha1.Alert{
		State: phases[a.Phase], Severity: severities[severity], Data: data[r.Data],
		Summary: shorten(t.summary(a), maxSummary), Message: shorten(t.message(a, largest), maxMessage),
		LastNotificationTime: v1alpha1.NewTimestamp(a.NotifiedTime),
		Contributors:         t.contributors(largest),
	}
	if r.Subject != (model.Subject{}) {
		out.Subject = report.NewSubject(&r.Subject, t.LabelKeys)
	}
	if r.Data != usage.MissingData {
		out.Value = value(t.Settings, r.Value)
	}
	if severity != threshold.None {
		out.Threshold = v1alpha1.Amount(t.levelAmount(&threshold.LevelRule{Severity: severity}))
	}
	if r.Data != usage.Complete {
		out.Bounds = &v1alpha1.AlertBounds{Lower: value(t.Settings, r.Lower)}
		if !isUnbounded(r.Upper) {
			out.Bounds.Upper = value(t.Settings, r.Upper)
		}
	}
	for i := range t.Settings.Levels {
		out.Levels = append(out.Levels, level(a, t.Settings.Levels[i].Severity))
	}
	return out
}

// level returns the state of one level of an alert.
func level(a *threshold.Alert, severity v1alpha1.Severity) v1alpha1.AlertLevel {
	out := v1alpha1.AlertLevel{Severity: severity, State: v1alpha1.StateOK}
	for s, name := range severities {
		if name != severity {
			continue
		}
		l := a.Level(s)
		out.State = phases[l.Phase]
		out.PendingTime, out.FiringTime = v1alpha1.NewTimestamp(l.PendingTime), v1alpha1.NewTimestamp(l.FiringTime)
		out.ClearingTime, out.HeldSeconds = v1alpha1.NewTimestamp(l.ClearingTime), int64(l.Held.Seconds())
	}
	return out
}

func (t *Threshold) contributors(largest []usage.Contributor) (out []v1alpha1.AlertContributor) {
	for _, c := range largest {
		x := v1alpha1.AlertContributor{Value: amount(t.Settings.Resource, c.Usage)}
		if t.Target == model.Nodes {
			x.Node = c.Name
		} else {
			x.Pod, x.Container, _ = strings.Cut(c.Name, "/")
		}
		out = append(out, x)
	}
	return out
}

// summary is an alert in a column.
func (t *Threshold) summary(a *threshold.Alert) string {
	r, who := &a.Reading, short.name(&a.Reading.Subject, t.LabelKeys, t.Namespace == "")
	switch severity := a.Worst(); {
	case r.Data == usage.MissingData:
		return who + " no samples"
	case severity == threshold.None:
		return fmt.Sprintf("%s %s%s, samples are missing", who, t.shortValue(r, severity), t.ofShort())
	default:
		return fmt.Sprintf("%s %s%s, %s", who, t.shortValue(r, severity), t.ofShort(), t.beyond(&threshold.LevelRule{Severity: severity}))
	}
}

// shortValue is a value, or the bound that is certain where samples are missing.
func (t *Threshold) shortValue(r *usage.Reading, s threshold.Severity) string {
	switch {
	case r.Data == usage.Complete:
		return t.valueBeside(r.Value, s)
	case t.direction() == "below" && !isUnbounded(r.Upper):
		return "at most " + t.valueBeside(r.Upper, s)
	default:
		return "at least " + t.valueBeside(r.Lower, s)
	}
}

// ofShort says of what a percentage is.
func (t *Threshold) ofShort() string {
	return strings.Replace(denominators[t.Settings.Measure], "its", " of", 1)
}

// message is an alert in a sentence.
func (t *Threshold) message(a *threshold.Alert, largest []usage.Contributor) string {
	r, severity := &a.Reading, a.Worst()
	if r.Data == usage.MissingData {
		if a.Phase == threshold.PhaseFiring {
			return t.name(r) + " has no samples at present, and was " + t.beyond(&threshold.LevelRule{Severity: severity})
		}
		return t.name(r) + " has no samples"
	}
	text := t.measured(r, severity, largest)
	switch a.Phase {
	case threshold.PhaseFiring:
		l := a.Level(severity)
		if l.Crossing {
			text += ", " + t.beyond(&threshold.LevelRule{Severity: severity}) + forSome(l.Held)
		} else {
			text += t.lingers(l, severity)
		}
	case threshold.PhasePending:
		text += ", " + t.beyond(&threshold.LevelRule{Severity: severity}) + forSome(a.Level(severity).Held) + ", not yet for long enough"
	}
	return text + t.parts(r, largest)
}
