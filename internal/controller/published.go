package controller

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/report"
)

// fingerprintKey stands in the annotations of the objects in our own cache. It
// is never written to the cluster.
const fingerprintKey = "usage-operator.io/fingerprint-in-memory"

// Compact makes a report or a threshold small before it enters the cache. One that
// is compact already stays as it is: an informer passes what it first reads through
// here twice.
func Compact(object any) (any, error) {
	switch o := object.(type) {
	case v1alpha1.ReportObject:
		compactReport(o)
	case v1alpha1.ThresholdObject:
		compactThreshold(o)
	}
	return object, nil
}

// compactReport keeps of the numbers in a status only their fingerprint, and the
// time of the newest point of its history, which is all that a reconciler needs to
// know whether they moved.
func compactReport(r v1alpha1.ReportObject) {
	status := r.ReportStatus()
	if status.Total == nil && isCompact(r) {
		return
	}
	shrink(r, report.Fingerprint(status))
	*status = v1alpha1.ReportStatus{
		ObservedGeneration: status.ObservedGeneration,
		Conditions:         status.Conditions,
		SampleTime:         status.SampleTime,
		History:            report.ShortHistory(status.History),
	}
}

// compactThreshold keeps of the states only their fingerprint, and when they were
// looked at.
func compactThreshold(t v1alpha1.ThresholdObject) {
	status := t.ThresholdStatus()
	if status.SubjectCounts == nil && isCompact(t) {
		return
	}
	shrink(t, alert.FingerprintOf(status).String())
	*status = v1alpha1.ThresholdStatus{
		ObservedGeneration: status.ObservedGeneration,
		Conditions:         status.Conditions,
		LastEvaluationTime: status.LastEvaluationTime,
	}
}

// shrink keeps of the metadata what a reconciler needs. All else is as large as its
// user likes.
func shrink(o metav1.Object, fingerprint string) {
	o.SetManagedFields(nil)
	o.SetLabels(nil)
	o.SetOwnerReferences(nil)
	o.SetFinalizers(nil)
	o.SetAnnotations(map[string]string{fingerprintKey: fingerprint})
}

// longestFingerprint bounds what passes for one, in bytes.
const longestFingerprint = 64

// isCompact tells whether an object has only metadata that shrink leaves: who
// annotates his own as if it were compact gains nothing by that.
func isCompact(o metav1.Object) bool {
	fingerprint := len(publishedFingerprint(o))
	large := len(o.GetManagedFields()) + len(o.GetLabels()) + len(o.GetOwnerReferences()) + len(o.GetFinalizers())
	return fingerprint > 0 && fingerprint <= longestFingerprint && len(o.GetAnnotations()) == 1 && large == 0
}

func publishedFingerprint(o metav1.Object) string { return o.GetAnnotations()[fingerprintKey] }
