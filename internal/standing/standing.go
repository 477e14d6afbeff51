// Package standing says how far a status can be relied on, in conditions that
// people and kstatus read alike: Ready, with Reconciling while something is awaited
// and Stalled while the spec must be changed first, and MetricsAvailable. Reports
// and thresholds share it.
package standing

import (
	"slices"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Metrics is how a read of the Metrics API went.
type Metrics struct {
	Available bool
	// Reason and Message are those of the condition MetricsAvailable.
	Reason, Message string
}

// Phase is where an object stands; it decides the conditions of kstatus.
type Phase struct {
	Ready           metav1.ConditionStatus
	Reason, Message string
	// Waiting objects are Reconciling, Stalled ones Stalled.
	Waiting, Stalled bool
	// Answers tells whether what is known answers the spec.
	Answers bool
}

// Wait is the phase of an object that waits for something that will come.
func Wait(reason, message string) Phase {
	return Phase{Ready: metav1.ConditionFalse, Reason: reason, Message: message, Waiting: true}
}

// Settled is the phase of an object that is as its spec wants it.
func Settled(reason, message string) Phase {
	return Phase{Ready: metav1.ConditionTrue, Reason: reason, Message: message}
}

// Invalid is the phase of an object whose spec cannot be served.
func Invalid(err error) Phase {
	return Phase{Ready: metav1.ConditionFalse, Reason: v1alpha1.ReasonInvalidSpec, Message: err.Error(), Stalled: true}
}

// WaitForSync is the phase of an object while the operator does not know the
// cluster yet.
func WaitForSync() Phase {
	return Wait(v1alpha1.ReasonWaitingForSync, "The operator is still reading pods, nodes and namespaces.")
}

// Set collects the conditions of an object.
type Set struct {
	now        time.Time
	generation int64
	published  []v1alpha1.Condition
	// Conditions are those that were set, in their order.
	Conditions []v1alpha1.Condition
}

// NewSet returns a set without conditions. Those that were published give their
// transition times to those that have not changed since.
func NewSet(now time.Time, generation int64, published []v1alpha1.Condition) *Set {
	return &Set{now: now, generation: generation, published: published}
}

// Stand sets the conditions of a phase.
func (s *Set) Stand(p Phase) {
	s.Set(v1alpha1.ConditionReady, p.Ready, p.Reason, p.Message)
	if p.Waiting {
		s.Set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, p.Reason, p.Message)
	}
	if p.Stalled {
		s.Set(v1alpha1.ConditionStalled, metav1.ConditionTrue, p.Reason, p.Message)
	}
}

// Metrics sets how the last read of the Metrics API went; nil leaves what was said
// of it.
func (s *Set) Metrics(m *Metrics) {
	if m == nil {
		s.Keep(v1alpha1.ConditionMetricsAvailable)
		return
	}
	s.Set(v1alpha1.ConditionMetricsAvailable, Status(m.Available), m.Reason, m.Message)
}

// Set sets a condition.
func (s *Set) Set(kind string, status metav1.ConditionStatus, reason, message string) {
	since := v1alpha1.NewTimestamp(s.now)
	if old := s.find(kind); old != nil && old.Status == status {
		since = old.LastTransitionTime
	}
	s.Conditions = append(s.Conditions, v1alpha1.Condition{
		Type: kind, Status: status, Reason: reason, Message: cut(message),
		ObservedGeneration: s.generation, LastTransitionTime: since,
	})
}

// Keep takes over a condition of which there is no news.
func (s *Set) Keep(kind string) {
	if old := s.find(kind); old != nil {
		s.Conditions = append(s.Conditions, *old)
	}
}

func (s *Set) find(kind string) *v1alpha1.Condition {
	i := slices.IndexFunc(s.published, func(o v1alpha1.Condition) bool { return o.Type == kind })
	if i < 0 {
		return nil
	}
	return &s.published[i]
}

// Status is True or False.
func Status(b bool) metav1.ConditionStatus {
	if b {
		return metav1.ConditionTrue
	}
	return metav1.ConditionFalse
}

// Same tells whether two conditions say the same. It ignores the message: its
// counts move all the time.
func Same(a, b v1alpha1.Condition) bool {
	return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason && a.ObservedGeneration == b.ObservedGeneration
}

// MaxMessage is what the schema admits, in bytes to be safe.
const MaxMessage = 2048

func cut(message string) string {
	if len(message) <= MaxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:MaxMessage-3], "") + "..."
}
