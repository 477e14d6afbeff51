package controller

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/report"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fingerprintKey stands in the annotations of the objects in our own cache. It
// is never written to the cluster.
const fingerprintKey = "usage-operator.io/fingerprint-in-memory"

// Compact makes a report small before it enters the cache. Of the numbers in its
// status only their fingerprint is kept, which is all that a reconciler needs to
// know whether they moved. A report that is compact already stays as it is: an
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
	}
	return r, nil
}

func publishedFingerprint(r v1alpha1.ReportObject) string { return r.GetAnnotations()[fingerprintKey] }

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// write carries out a decision with one patch. The patch names the version of
// the object that the decision was made on, so that it fails with a conflict
// when the object has changed since.
func (r *ReportReconciler) write(ctx context.Context, object v1alpha1.ReportObject, d report.Decision) error {
	var patch []operation
	switch d.Write {
	case report.Nothing:
		return nil
	case report.ConditionsOnly:
		patch = []operation{
			{"add", "/status/observedGeneration", d.Status.ObservedGeneration},
			{"add", "/status/conditions", d.Status.Conditions},
		}
	case report.Everything:
		patch = []operation{{"add", "/status", d.Status}}
	}
	patch = append(patch, operation{"replace", "/metadata/resourceVersion", object.GetResourceVersion()})
	body, err := json.Marshal(patch)
	if err != nil {
		return fmt.Errorf("encoding the status of %s %s: %w", r.Kind, client.ObjectKeyFromObject(object), err)
	}
	if err := r.Client.Status().Patch(ctx, object, client.RawPatch(types.JSONPatchType, body)); err != nil {
		return fmt.Errorf("writing the status of %s %s: %w", r.Kind, client.ObjectKeyFromObject(object), err)
	}
	return nil
}
