package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// writer writes statuses, each once it is its turn.
type writer struct {
	client client.Client
	clock  clock.PassiveClock
	// budget is shared by all that write statuses.
	budget  *budget.Budget
	metrics *Metrics
}

// change is what must become of a status.
type change struct {
	write report.Write
	// status is the whole of it, of which the generation and the conditions are
	// parts.
	status             any
	observedGeneration int64
	conditions         []v1alpha1.Condition
	// published are the conditions as they are stored.
	published []v1alpha1.Condition
	// news go first.
	news bool
	// interval is how often the status should be refreshed.
	interval time.Duration
}

// carryOut writes what was decided once it is the object's turn. It returns after
// what time to look at the object again.
func (w *writer) carryOut(ctx context.Context, id usage.ID, object client.Object, c *change) (time.Duration, error) {
	if c.write == report.Nothing {
		w.metrics.stands(id, c.published)
		w.budget.Leave(id)
		return 2 * c.interval, nil
	}
	w.metrics.stands(id, c.conditions)
	patch, err := patchOf(object, c)
	if err != nil {
		return 0, fmt.Errorf("encoding the status of %s %s: %w", id.Kind, client.ObjectKeyFromObject(object), err)
	}
	write := budget.Write{ID: id, Bytes: len(patch), Urgent: c.news, Interval: c.interval}
	if wait := w.budget.Ask(w.clock.Now(), write); wait > 0 {
		return wait, nil
	}
	err = w.write(ctx, object, patch)
	if w.metrics.wrote(id, err); err != nil {
		return 0, fmt.Errorf("writing the status of %s %s: %w", id.Kind, client.ObjectKeyFromObject(object), err)
	}
	return 2 * c.interval, nil
}

// write sends a patch of the status.
func (w *writer) write(ctx context.Context, object client.Object, patch []byte) error {
	return w.client.Status().Patch(ctx, object, client.RawPatch(types.JSONPatchType, patch))
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
func patchOf(object client.Object, c *change) ([]byte, error) {
	var patch []operation
	switch c.write {
	case report.ConditionsOnly:
		patch = []operation{
			{"add", "/status/observedGeneration", c.observedGeneration},
			{"add", "/status/conditions", c.conditions},
		}
	case report.Everything:
		patch = []operation{{"add", "/status", c.status}}
	}
	patch = append(patch, operation{"replace", "/metadata/resourceVersion", object.GetResourceVersion()})
	return json.Marshal(patch)
}
