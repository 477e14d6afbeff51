package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	Metrics *Metrics
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

// Metrics is how a read of the Metrics API went.
type Metrics struct {
	Available bool
	// Reason and Message are those of the condition MetricsAvailable.
	Reason, Message string
}

// phase is where a report stands; it decides the conditions of kstatus.
type phase struct {
	ready           metav1.ConditionStatus
	reason, message string
	// waiting reports are Reconciling, stalled ones Stalled.
	waiting, stalled bool
	// numbers tells whether the view answers the spec.
	numbers bool
}

// standing decides the phase: the first sentence that holds.
func standing(f *Facts) phase {
	switch {
	case f.SpecError != nil:
		return phase{ready: metav1.ConditionFalse, reason: v1alpha1.ReasonInvalidSpec, message: f.SpecError.Error(), stalled: true}
	case f.Settings.Suspend:
		return phase{ready: metav1.ConditionTrue, reason: v1alpha1.ReasonSuspended,
			message: "The report is suspended and keeps its last numbers. Set spec.suspend to false to resume."}
	case !isPrepared(f):
		return preparing(f)
	case f.Metrics != nil && !f.Metrics.Available:
		return wait(f.Metrics.Reason, f.Metrics.Message)
	case f.Metrics == nil || f.View == nil:
		return wait(v1alpha1.ReasonWaitingForFirstSample, "The Metrics API has not been read yet.")
	case f.View.Selected() == 0:
		return nothingSelected(f.View.Target)
	case f.View.SampleTime.IsZero():
		return wait(v1alpha1.ReasonWaitingForFirstSample, fmt.Sprintf(
			"The Metrics API has no sample of the %d selected %ss yet. A new %[2]s has its first after about two resolutions of the metrics pipeline.",
			f.View.Selected(), nouns[f.View.Target]))
	case stretched(f):
		return phase{ready: metav1.ConditionTrue, reason: v1alpha1.ReasonIntervalStretched, message: lateness(f), numbers: true}
	default:
		return phase{ready: metav1.ConditionTrue, reason: v1alpha1.ReasonReported, message: "The status answers the spec.", numbers: true}
	}
}

// isPrepared tells whether the operator knows all that it needs to serve a report.
func isPrepared(f *Facts) bool { return f.Synced && !f.Remembering }

func preparing(f *Facts) phase {
	if f.Remembering {
		return wait(v1alpha1.ReasonWaitingForCheckpoint, "What the report remembers cannot be read yet. The operator tries again; its log says why.")
	}
	return wait(v1alpha1.ReasonWaitingForSync, "The operator is still reading pods, nodes and namespaces.")
}

// nouns name one of what a report counts.
var nouns = [model.TargetCount]string{model.Pods: "pod", model.Nodes: "node"}

func nothingSelected(target model.Target) phase {
	p := phase{ready: metav1.ConditionTrue, reason: v1alpha1.ReasonNoPodsSelected, numbers: true,
		message: "No pod that is bound to a node matches the selection. Compare spec with kubectl get pods --show-labels."}
	if target == model.Nodes {
		p.reason = v1alpha1.ReasonNoNodesSelected
		p.message = "No node matches the selection. Compare spec.nodeSelector with kubectl get nodes --show-labels."
	}
	return p
}

func wait(reason, message string) phase {
	return phase{ready: metav1.ConditionFalse, reason: reason, message: message, waiting: true}
}

// conditions returns the conditions of a report, with the transition times of
// those that did not change.
func conditions(f *Facts, p phase) []v1alpha1.Condition {
	c := conditionSet{facts: f}
	c.set(v1alpha1.ConditionReady, p.ready, p.reason, p.message)
	if p.waiting {
		c.set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, p.reason, p.message)
	}
	if p.stalled {
		c.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, p.reason, p.message)
	}
	if f.Metrics != nil {
		c.set(v1alpha1.ConditionMetricsAvailable, conditionStatus(f.Metrics.Available), f.Metrics.Reason, f.Metrics.Message)
	} else {
		c.keep(v1alpha1.ConditionMetricsAvailable)
	}
	if p.numbers {
		complete, reason, message := completeness(f.View, int(f.Settings.Top))
		c.set(v1alpha1.ConditionComplete, conditionStatus(complete), reason, message)
	} else {
		c.keep(v1alpha1.ConditionComplete)
	}
	return c.conditions
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
		"and all reports together for as many as --window-memory-bytes of the operator allows. "+
		"Select fewer pods, group by fewer keys, or shorten spec.window.", v.Unfollowed, v.RowCount, usage.MaxSeries)
}

func conditionStatus(b bool) metav1.ConditionStatus {
	if b {
		return metav1.ConditionTrue
	}
	return metav1.ConditionFalse
}

// conditionSet collects conditions.
type conditionSet struct {
	facts      *Facts
	conditions []v1alpha1.Condition
}

func (c *conditionSet) set(kind string, status metav1.ConditionStatus, reason, message string) {
	since := v1alpha1.NewTimestamp(c.facts.Now)
	if old := c.published(kind); old != nil && old.Status == status {
		since = old.LastTransitionTime
	}
	c.conditions = append(c.conditions, v1alpha1.Condition{
		Type: kind, Status: status, Reason: reason, Message: cut(message),
		ObservedGeneration: c.facts.Generation, LastTransitionTime: since,
	})
}

// keep takes over a condition of which there is no news.
func (c *conditionSet) keep(kind string) {
	if old := c.published(kind); old != nil {
		c.conditions = append(c.conditions, *old)
	}
}

func (c *conditionSet) published(kind string) *v1alpha1.Condition {
	i := slices.IndexFunc(c.facts.Published.Conditions, func(o v1alpha1.Condition) bool { return o.Type == kind })
	if i < 0 {
		return nil
	}
	return &c.facts.Published.Conditions[i]
}

// maxMessage is what the schema admits, in bytes to be safe.
const maxMessage = 2048

func cut(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage-3], "") + "..."
}
