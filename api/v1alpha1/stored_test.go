package v1alpha1_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// stored is a threshold from before its CRD was tightened. Kubernetes' own types
// would not decode it, or not within a minute.
const stored = `
resource: memory
measure: Usage
levels:
- {severity: Warning, above: "1e-100000000", clear: "1e-10000000", for: 31d}
silence: {until: "2026-12-01t00:00:00z"}
`

// TestStoredBeforeTheRules: an object that the rules would refuse costs only
// itself. It can be listed, its status can tell what is wrong, and the others
// are read as fast as ever.
func TestStoredBeforeTheRules(t *testing.T) {
	c := server(t)
	good := written(t, "ResourceThreshold", "good-beside-stored", usual)
	if err := c.Create(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	bad := written(t, "ResourceThreshold", "stored-before", stored)
	withoutRules(t, c, "ResourceThreshold", func(ctx context.Context) error { return c.Create(ctx, bad.DeepCopy()) })
	await(t, func(ctx context.Context) error {
		if err := c.Create(ctx, written(t, "ResourceThreshold", "stored-after", stored), client.DryRunAll); !apierrors.IsInvalid(err) {
			return fmt.Errorf("it is not refused again: %w", err)
		}
		return nil
	})

	fastest := time.Hour
	for range 5 {
		start := time.Now()
		read(t, c)
		fastest = min(fastest, time.Since(start))
	}
	if fastest > 100*time.Millisecond {
		t.Errorf("to read all thresholds takes %v with one that was stored before, want at most 100ms", fastest)
	}
	t.Logf("read in %v", fastest)

	var object v1alpha1.ResourceThreshold
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(bad), &object); err != nil {
		t.Fatal(err)
	}
	before := object.DeepCopy()
	object.Status = v1alpha1.ThresholdStatus{ObservedGeneration: object.Generation, Conditions: []v1alpha1.Condition{{
		Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInvalidSpec, LastTransitionTime: "2026-01-31T09:00:00Z",
	}}}
	if err := c.Status().Patch(t.Context(), &object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		t.Errorf("its status cannot tell what is wrong: %v", err)
	}
	if err := c.Delete(t.Context(), bad); err != nil {
		t.Error(err)
	}
}

// read lists all thresholds and parses their levels.
func read(t *testing.T, c client.Client) {
	t.Helper()
	var list v1alpha1.ResourceThresholdList
	if err := c.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	for i := range list.Items {
		for _, level := range list.Items[i].Spec.Levels {
			_, ofQuantity := level.Above.Quantity(1)
			_, ofPercent := level.Above.Percent()
			failed[list.Items[i].Name] = ofQuantity != nil && ofPercent != nil
		}
	}
	if is, ok := failed["good-beside-stored"]; !ok || is {
		t.Errorf("the good threshold: listed %t, failed to parse %t", ok, is)
	}
	if is, ok := failed["stored-before"]; !ok || !is {
		t.Errorf("the stored threshold: listed %t, failed to parse %t", ok, is)
	}
}

// withoutRules opens the spec of a kind for anything while it calls store, until
// that succeeds, and then gives the kind its rules back.
func withoutRules(t *testing.T, c client.Client, kind string, store func(context.Context) error) {
	t.Helper()
	crds := generatedCRDs(t)
	crd := &crds[slices.IndexFunc(crds, func(crd apiextensions.CustomResourceDefinition) bool { return crd.Spec.Names.Kind == kind })]
	rules := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	setSpecSchema(t, c, crd.Name, apiextensions.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)})
	defer setSpecSchema(t, c, crd.Name, rules)
	await(t, store)
}

func setSpecSchema(t *testing.T, c client.Client, crd string, schema apiextensions.JSONSchemaProps) {
	t.Helper()
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec", "value": schema},
	})
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(apiextensions.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
	object.SetName(crd)
	if err := c.Patch(t.Context(), object, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		t.Fatal(err)
	}
}

// await repeats a call, which the API server may still refuse by the rules that
// a CRD had before, until it succeeds.
func await(t *testing.T, call func(context.Context) error) {
	t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		last = call(ctx)
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("%v; the last answer: %v", err, last)
	}
}
