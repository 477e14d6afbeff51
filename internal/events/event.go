package events

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// controllerName is what Events say of who reports them.
const controllerName = "usage-operator"

// About is the threshold that notices come from.
type About struct {
	// Kind is ResourceThreshold or ClusterResourceThreshold.
	Kind string
	// Namespace is "" for a cluster kind.
	Namespace, Name, UID string
	// LabelKeys are the keys of the labels in the subjects.
	LabelKeys []string
}

func (a *About) reference() model.Reference {
	return model.Reference{
		Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version,
		Kind: a.Kind, Namespace: a.Namespace, Name: a.Name, UID: a.UID,
	}
}

// String names the threshold.
func (a *About) String() string {
	if a.Namespace == "" {
		return a.Kind + " " + a.Name
	}
	return a.Kind + " " + a.Namespace + "/" + a.Name
}

var reasons = map[threshold.Reason]string{
	threshold.Exceeded:      v1alpha1.EventThresholdExceeded,
	threshold.Cleared:       v1alpha1.EventThresholdCleared,
	threshold.StillExceeded: v1alpha1.EventThresholdStillExceeded,
	threshold.Unknown:       v1alpha1.EventThresholdUnknown,
}

var severities = map[threshold.Severity]v1alpha1.Severity{
	threshold.Warning:  v1alpha1.SeverityWarning,
	threshold.Critical: v1alpha1.SeverityCritical,
}

// newEvent returns the Event of a notice that regards an object, with the first of
// its names.
func newEvent(about *About, n *threshold.Notice, object *model.Reference, instance string) *eventsv1.Event {
	regarding, itself := objectReference(object), about.reference()
	regarding.FieldPath = fieldPath(object, &n.Subject)
	related := objectReference(&itself)
	kind := corev1.EventTypeWarning
	if n.Reason == threshold.Cleared {
		kind = corev1.EventTypeNormal
	}
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespaceOf(object), Name: nameOf(about, n, object.Name),
			Labels: map[string]string{
				v1alpha1.ThresholdUIDLabel: about.UID,
				v1alpha1.SeverityLabel:     string(severities[n.Severity]),
			},
		},
		EventTime:           metav1.NewMicroTime(n.Time),
		ReportingController: controllerName,
		ReportingInstance:   instance,
		Action:              v1alpha1.EventActionEvaluate,
		Reason:              reasons[n.Reason],
		Regarding:           regarding,
		Related:             &related,
		Note:                fit(n.Note, threshold.MaxNote),
		Type:                kind,
	}
}

// fit cuts a text at a border of its characters.
func fit(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
