package controller

import (
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/report"
)

// fingerprintKey stands in the annotations of the objects in our own cache. It
// is never written to the cluster.
const fingerprintKey = "usage-operator.io/fingerprint-in-memory"

// Compact makes a report small before it enters the cache. Of the numbers in its
// status only their fingerprint is kept, and the time of the newest point of its
// history, which is all that a reconciler needs to know whether they moved. A report that is compact already stays as it is: an
// informer passes what it first reads through here twice.
func Compact(object any) (any, error) {
	r, ok := object.(v1alpha1.ReportObject)
	if !ok {
		return object, nil
	}
	status := r.ReportStatus()
	if status.Total == nil && publishedFingerprint(r) != "" {
		return r, nil
	}
	r.SetManagedFields(nil)
	r.SetAnnotations(map[string]string{fingerprintKey: report.Fingerprint(status)})
	*status = v1alpha1.ReportStatus{
		ObservedGeneration: status.ObservedGeneration,
		Conditions:         status.Conditions,
		SampleTime:         status.SampleTime,
		History:            report.ShortHistory(status.History),
	}
	return r, nil
}

func publishedFingerprint(r v1alpha1.ReportObject) string { return r.GetAnnotations()[fingerprintKey] }
