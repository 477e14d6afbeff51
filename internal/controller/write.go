package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/report"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// carryOut writes what was decided once it is the report's turn. It returns after
// what time to look at the report again.
func (r *ReportReconciler) carryOut(ctx context.Context, object v1alpha1.ReportObject, d *report.Decision) (time.Duration, error) {
	id := r.id(client.ObjectKeyFromObject(object))
	interval := report.Interval(object.Settings())
	if d.Write == report.Nothing {
		r.Budget.Leave(id)
		return 2 * interval, nil
	}
	patch, err := patchOf(object, d)
	if err != nil {
		return 0, fmt.Errorf("encoding the status of %s %s: %w", r.Kind, client.ObjectKeyFromObject(object), err)
	}
	write := budget.Write{ID: id, Bytes: len(patch), Urgent: d.News, Interval: interval}
	if wait := r.Budget.Ask(r.Clock.Now(), write); wait > 0 {
		return wait, nil
	}
	return 2 * interval, r.write(ctx, object, patch)
}

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patchOf returns the JSON patch that carries out a decision. It names the
// version of the object that the decision was made on, so that it fails with a
// conflict when the object has changed since.
func patchOf(object v1alpha1.ReportObject, d *report.Decision) ([]byte, error) {
	var patch []operation
	switch d.Write {
	case report.ConditionsOnly:
		patch = []operation{
			{"add", "/status/observedGeneration", d.Status.ObservedGeneration},
			{"add", "/status/conditions", d.Status.Conditions},
		}
	case report.Everything:
		patch = []operation{{"add", "/status", d.Status}}
	}
	patch = append(patch, operation{"replace", "/metadata/resourceVersion", object.GetResourceVersion()})
	return json.Marshal(patch)
}

// write sends a patch of the status.
func (r *ReportReconciler) write(ctx context.Context, object v1alpha1.ReportObject, body []byte) error {
	if err := r.Client.Status().Patch(ctx, object, client.RawPatch(types.JSONPatchType, body)); err != nil {
		return fmt.Errorf("writing the status of %s %s: %w", r.Kind, client.ObjectKeyFromObject(object), err)
	}
	return nil
}
