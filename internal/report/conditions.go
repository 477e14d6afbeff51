package report

import (
	"fmt"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/standing"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Facts are all that a report's status depends on.
type Facts struct {
	Now        time.Time
	Generation int64
	Settings   *v1alpha1.ReportSettings
	// SpecError is why the spec cannot be served; nil when it can.
	SpecError error
	// Remembering tells that what the report remembers is still to be read, so that
	// it is not served yet.
	Remembering bool
	// Synced tells whether the inventory knows the cluster.
	Synced bool
	// Metrics is how the last read of the Metrics API went; nil before the first.
	Metrics *standing.Metrics
	// Starting tells that the operator has just started, so that waiting is no
	// news yet.
	Starting bool
	// View holds the numbers; nil while the engine does not know the report.
	View *usage.View
	// Published is the status as it is stored.
	Published *v1alpha1.ReportStatus
	// Fingerprint is that of the stored numbers.
	Fingerprint string
	// Waited is for how long the report has waited for its turn to be written.
	Waited time.Duration
}

// standing decides the phase: the first sentence that holds.
func phaseOf(f *Facts) standing.Phase {
	switch {
	case f.SpecError != nil:
		return standing.Invalid(f.SpecError)
	case f.Settings.Suspend:
		return standing.Settled(v1alpha1.ReasonSuspended, "The report is suspended and keeps its last numbers. Set spec.suspend to false to resume.")
	case !isPrepared(f):
		return preparing(f)
	case f.Metrics != nil && !f.Metrics.Available:
		return standing.Wait(f.Metrics.Reason, f.Metrics.Message)
	case f.Metrics == nil || f.View == nil:
		return standing.Wait(v1alpha1.ReasonWaitingForFirstSample, "The Metrics API has not been read yet.")
	case f.View.Selected() == 0:
		return nothingSelected(f.View.Target)
	case f.View.SampleTime.IsZero():
		return standing.Wait(v1alpha1.ReasonWaitingForFirstSample, fmt.Sprintf(
			"The Metrics API has no sample of the %d selected %ss yet. A new %[2]s has its first after about two resolutions of the metrics pipeline.",
			f.View.Selected(), nouns[f.View.Target]))
	case stretched(f):
		return answering(v1alpha1.ReasonIntervalStretched, lateness(f))
	default:
		return answering(v1alpha1.ReasonReported, "The status answers the spec.")
	}
}

// isPrepared tells whether the operator knows all that it needs to serve a report.
func isPrepared(f *Facts) bool { return f.Synced && !f.Remembering }

func preparing(f *Facts) standing.Phase {
	if f.Remembering {
		return standing.Wait(v1alpha1.ReasonWaitingForCheckpoint, "What the report remembers cannot be read yet. The operator tries again; its log says why.")
	}
	return standing.WaitForSync()
}

// nouns name one of what a report counts.
var nouns = [model.TargetCount]string{model.Pods: "pod", model.Nodes: "node"}

func nothingSelected(target model.Target) standing.Phase {
	if target == model.Nodes {
		return answering(v1alpha1.ReasonNoNodesSelected,
			"No node matches the selection. Compare spec.nodeSelector with kubectl get nodes --show-labels.")
	}
	return answering(v1alpha1.ReasonNoPodsSelected,
		"No pod that is bound to a node matches the selection. Compare spec with kubectl get pods --show-labels.")
}

// answering is the phase of a report whose view answers the spec.
func answering(reason, message string) standing.Phase {
	p := standing.Settled(reason, message)
	p.Answers = true
	return p
}

// conditions returns the conditions of a report, with the transition times of
// those that did not change.
func conditions(f *Facts, p standing.Phase) []v1alpha1.Condition {
	s := standing.NewSet(f.Now, f.Generation, f.Published.Conditions)
	s.Stand(p)
	s.Metrics(f.Metrics)
	if p.Answers {
		complete, reason, message := completeness(f.View, int(f.Settings.Top))
		s.Set(v1alpha1.ConditionComplete, standing.Status(complete), reason, message)
	} else {
		s.Keep(v1alpha1.ConditionComplete)
	}
	return s.Conditions
}

// completeness tells whether the numbers leave anything out: samples that are
// missing, or rows that were asked for and do not fit.
func completeness(v *usage.View, top int) (complete bool, reason, message string) {
	sampled, truncated := percentCovered(v.Measured()) == 100, len(v.Rows) < min(top, v.RowCount)
	switch {
	case sampled && truncated:
		return false, v1alpha1.ReasonTruncated, truncation(v, top)
	case sampled && v.Unfollowed > 0:
		return false, v1alpha1.ReasonTooManyRows, crowding(v)
	case sampled && v.Target == model.Nodes:
		return true, v1alpha1.ReasonAllSampled, "Every node has a current sample."
	case sampled:
		return true, v1alpha1.ReasonAllSampled, "Every container that runs has a current sample."
	}
	message = whatIsSampled(v)
	if truncated {
		message += " " + truncation(v, top)
	}
	return false, v1alpha1.ReasonSamplesMissing, message
}

func whatIsSampled(v *usage.View) string {
	const consequence = " have a current sample. Sums cover only these; status.coverage.missing names the others."
	if v.Target == model.Nodes {
		return fmt.Sprintf("%d of %d nodes", v.Nodes.Observed, v.Nodes.Expected) + consequence
	}
	return fmt.Sprintf("%d of %d pods and %d of %d containers",
		v.Pods.Observed, v.Pods.Expected, v.Containers.Observed, v.Containers.Expected) + consequence
}

func truncation(v *usage.View, top int) string {
	return fmt.Sprintf("Only %d of %d rows fit into a status of %d KiB; the rest is summed in status.other. "+
		"Lower spec.top, or group by fewer keys.", len(v.Rows), min(top, v.RowCount), MaxBytes>>10)
}

func crowding(v *usage.View) string {
	return fmt.Sprintf("%d of %d rows have no statistics over the window: a report keeps them for %d rows at most, "+
		"and all reports together for as many as --window-memory-bytes of the operator allows, those of one namespace for a quarter of that. "+
		"Select fewer pods, group by fewer keys, or shorten spec.window.", v.Unfollowed, v.RowCount, usage.MaxSeries)
}
