package alert

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	// Interval is how often the numbers of a status are refreshed. States are told
	// at once.
	Interval = time.Minute
	// heartbeat is how often a status is written in which nothing moves.
	heartbeat = 10 * time.Minute
)

// Facts are all that a threshold's status depends on.
type Facts struct {
	Now        time.Time
	Generation int64
	Threshold  Threshold
	// SpecError is why the spec cannot be served; nil when it can.
	SpecError error
	// Remembering tells that its alerts are still to be read from its checkpoint,
	// Synced whether the inventory knows the cluster, and Starting that the operator
	// has just started, so that waiting is no news yet.
	Remembering, Synced, Starting bool
	// Metrics is how the last read of the Metrics API went; nil before the first.
	Metrics *standing.Metrics
	// View is nil before the first evaluation.
	View *View
	// Published is the status as it is stored, and Fingerprint that of all of it.
	Published   *v1alpha1.ThresholdStatus
	Fingerprint Fingerprint
}

// Decision is what must be written of a status.
type Decision struct {
	Write  report.Write
	Status v1alpha1.ThresholdStatus
	// News tells that a state or a condition changes.
	News bool
}

// Decide says what a threshold's status must become. States are never taken away:
// while nothing is known, those stand that are published.
func Decide(f *Facts) Decision {
	p := phaseOf(f)
	if p.Waiting && f.Starting && f.isAnswered() {
		return Decision{Write: report.Nothing}
	}
	d := Decision{Write: report.ConditionsOnly}
	if p.Answers {
		d.Write, d.Status = report.Everything, f.Threshold.Status(f.View)
		fit(&d.Status)
	}
	d.Status.ObservedGeneration, d.Status.Conditions = f.Generation, conditions(f, p)
	now := FingerprintOf(&d.Status)
	d.News = !f.isAnswered() || !slices.EqualFunc(d.Status.Conditions, f.Published.Conditions, standing.Same) ||
		p.Answers && now.States != f.Fingerprint.States
	if d.News || p.Answers && f.refreshDue(&now) {
		return d
	}
	return Decision{Write: report.Nothing}
}

// isAnswered tells whether the stored status speaks of the spec as it is.
func (f *Facts) isAnswered() bool { return f.Published.ObservedGeneration == f.Generation }

// refreshDue tells whether the numbers are worth a write by themselves.
func (f *Facts) refreshDue(now *Fingerprint) bool {
	age := f.age()
	return age >= heartbeat || age >= Interval && now.Numbers != f.Fingerprint.Numbers
}

// age is that of the numbers that are published.
func (f *Facts) age() time.Duration {
	written, err := f.Published.LastEvaluationTime.Time()
	if err != nil || f.View == nil {
		return heartbeat
	}
	return f.View.State.Time.Sub(written)
}

// phaseOf decides the phase: the first sentence that holds.
func phaseOf(f *Facts) standing.Phase {
	switch {
	case f.SpecError != nil:
		return standing.Invalid(f.SpecError)
	case f.Threshold.Settings.Suspend:
		return standing.Settled(v1alpha1.ReasonSuspended, "The threshold is suspended: its states stay as they are. Set spec.suspend to false to resume.")
	case f.Remembering:
		return standing.Wait(v1alpha1.ReasonWaitingForCheckpoint, "The alerts of before cannot be read yet. The operator tries again; its log says why.")
	case !f.Synced:
		return standing.WaitForSync()
	case f.View == nil && f.Metrics != nil && !f.Metrics.Available:
		return standing.Wait(f.Metrics.Reason, f.Metrics.Message)
	case f.View == nil || f.Metrics == nil:
		return standing.Wait(v1alpha1.ReasonWaitingForFirstSample, "The Metrics API has not been read yet.")
	}
	p := evaluated(f)
	p.Answers = true
	return p
}

// evaluated is the phase of a threshold whose states are known.
func evaluated(f *Facts) standing.Phase {
	s := &f.View.State
	switch {
	case !f.Metrics.Available:
		return standing.Wait(f.Metrics.Reason, f.Metrics.Message)
	case s.Counts.Total == 0 && f.Threshold.Target == model.Nodes:
		return standing.Settled(v1alpha1.ReasonNoNodesSelected, "No node matches the selection. Compare spec.nodeSelector with kubectl get nodes --show-labels.")
	case s.Counts.Total == 0:
		return standing.Settled(v1alpha1.ReasonNoPodsSelected, "Nothing matches the selection. Compare spec with kubectl get pods --show-labels.")
	case lacksSamples(s):
		return standing.Wait(v1alpha1.ReasonWaitingForFirstSample, fmt.Sprintf(
			"The Metrics API has no sample of the %d subjects yet. A new pod has its first after about two resolutions of the metrics pipeline.", s.Counts.Total))
	default:
		return standing.Settled(v1alpha1.ReasonEvaluated, "Samples are compared with the levels as they come.")
	}
}

// lacksSamples tells whether nothing was ever seen of any subject.
func lacksSamples(s *threshold.State) bool {
	seen := func(a *threshold.Alert) bool { return !a.Reading.SampleTime.IsZero() }
	return s.Counts.Unknown == s.Counts.Total && !slices.ContainsFunc(s.Undecided, seen) && !slices.ContainsFunc(s.Alerts, seen)
}

func conditions(f *Facts, p standing.Phase) []v1alpha1.Condition {
	s := standing.NewSet(f.Now, f.Generation, f.Published.Conditions)
	s.Stand(p)
	s.Metrics(f.Metrics)
	if !p.Answers {
		s.Keep(v1alpha1.ConditionComplete)
		s.Keep(v1alpha1.ConditionFiring)
		return s.Conditions
	}
	complete, reason, message := completeness(f.View)
	s.Set(v1alpha1.ConditionComplete, standing.Status(complete), reason, message)
	c := &f.View.State.Counts
	if c.Firing > 0 {
		s.Set(v1alpha1.ConditionFiring, standing.Status(true), v1alpha1.ReasonAlertFiring, fmt.Sprintf("%d of %d subjects fire.", c.Firing, c.Total))
	} else {
		s.Set(v1alpha1.ConditionFiring, standing.Status(false), v1alpha1.ReasonNoAlertFiring, fmt.Sprintf("None of %d subjects fires.", c.Total))
	}
	return s.Conditions
}

// completeness tells whether the states leave anything out.
func completeness(v *View) (complete bool, reason, message string) {
	s := &v.State
	switch partial := incomplete(s); {
	case s.TooMany > 0:
		return false, v1alpha1.ReasonTooManySubjects, fmt.Sprintf("%d subjects are not followed, because %d others are not OK: "+
			"at most so many are. Select fewer pods, or group by fewer keys.", s.TooMany, threshold.MaxSubjects)
	case v.Unfollowed > 0:
		return false, v1alpha1.ReasonTooManyRows, fmt.Sprintf("%d of %d subjects have no window, so that their state is not known: a threshold keeps windows for %d subjects at most, "+
			"and all reports and thresholds together for as many as --window-memory-bytes of the operator allows, those of one namespace for a quarter of that. "+
			"Select fewer pods, group by fewer keys, or shorten spec.window.", v.Unfollowed, s.Counts.Total, usage.MaxSeries)
	case v.Undeclared > 0 && v.Undeclared == s.Counts.Total:
		return false, v1alpha1.ReasonNothingDeclared, "None of the subjects declares what usage is to be compared with, so that none can exceed a level. " +
			"Declare it in the pods, or use the measure Usage."
	case partial > 0:
		return false, v1alpha1.ReasonSamplesMissing, fmt.Sprintf("Of %d of %d subjects samples are missing.", partial, s.Counts.Total)
	default:
		return true, v1alpha1.ReasonAllSampled, "No sample is missing that could change a state."
	}
}

// incomplete counts the subjects whose state may be another for lack of samples.
func incomplete(s *threshold.State) int {
	n := s.Counts.Unknown
	for _, a := range s.Alerts {
		if a.Phase != threshold.PhaseUnknown && a.Phase != threshold.PhaseOK && a.Reading.Data != usage.Complete {
			n++
		}
	}
	return n
}

// fit leaves out the last alerts until a status fits into its bound.
func fit(s *v1alpha1.ThresholdStatus) {
	for len(s.Alerts) > 0 {
		text, err := json.Marshal(s)
		if err != nil || len(text) <= report.MaxBytes {
			return
		}
		left := len(s.Alerts) * 9 / 10
		s.AlertsOmitted += int32(len(s.Alerts) - left)
		s.Alerts = s.Alerts[:left]
	}
}

// Fingerprint tells statuses apart: by states, which are told at once, and by
// numbers at three significant digits.
type Fingerprint struct{ States, Numbers string }

// FingerprintOf returns that of a status.
func FingerprintOf(s *v1alpha1.ThresholdStatus) Fingerprint {
	states, numbers := fnv.New64a(), fnv.New64a()
	if c := s.SubjectCounts; c != nil {
		fmt.Fprintln(states, c.Pending, c.Firing, c.Unknown)
		for _, n := range []int32{c.Total, c.OK} {
			fmt.Fprintln(numbers, report.ThreeDigits(strconv.Itoa(int(n))))
		}
	}
	fmt.Fprintln(states, s.State, s.Severity, s.StateTime)
	for i := range s.Alerts {
		a := &s.Alerts[i]
		subject, _ := json.Marshal(a.Subject) // strings cannot fail
		fmt.Fprintln(states, string(subject), a.State, a.Severity, a.LastNotificationTime, a.Data)
		for _, l := range a.Levels {
			fmt.Fprintln(states, l.State)
		}
		fmt.Fprintln(numbers, string(subject), report.ThreeDigits(string(a.Value)))
	}
	return Fingerprint{States: strconv.FormatUint(states.Sum64(), 36), Numbers: strconv.FormatUint(numbers.Sum64(), 36)}
}

// String is what ParseFingerprint reads.
func (f Fingerprint) String() string { return f.States + " " + f.Numbers }

// ParseFingerprint reads a fingerprint; what is none is that of no status.
func ParseFingerprint(text string) Fingerprint {
	states, numbers, _ := strings.Cut(text, " ")
	return Fingerprint{States: states, Numbers: numbers}
}
