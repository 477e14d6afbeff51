package faults

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// poisons are specs from before the CRDs had their rules, one of each kind.
var poisons = map[string]map[string]any{
	"UsageReport":              poisonedReport,
	"ClusterUsageReport":       poisonedReport,
	"ResourceThreshold":        poisonedThreshold,
	"ClusterResourceThreshold": poisonedThreshold,
}

var (
	poisonedReport = map[string]any{
		"interval": "1e-10000000", "window": "31d",
		"groupBy": []any{map[string]any{"type": "Galaxy"}},
		"periods": map[string]any{"every": "Fortnight", "timeZone": "../../etc/passwd"},
	}
	poisonedThreshold = map[string]any{
		"resource": "memory", "measure": "Usage",
		"levels":  []any{map[string]any{"severity": "Warning", "above": "1e-100000000", "clear": "1e-10000000", "for": "31d"}},
		"silence": map[string]any{"until": "2026-12-01t00:00:00z"},
	}
)

// objectsArePoisoned adds an object of each kind that its rules would refuse.
func (s *scene) objectsArePoisoned() fault {
	var poisoned []*unstructured.Unstructured
	return fault{
		name: "objects are poisoned", rounds: *rounds, lasts: 3 * time.Second,
		begin: func(t *testing.T, _ int) {
			poisoned = nil
			for _, plural := range kinds {
				poisoned = append(poisoned, s.poison(t, plural))
			}
		},
		meanwhile: func(t *testing.T) {
			s.goesOn(t, s.shop, s.aside)
			s.await(t, "all is shown meanwhile", s.isRight)
			for _, o := range poisoned {
				s.await(t, "it says what is wrong with it", func(ctx context.Context) error { return s.stalls(ctx, o) })
			}
		},
		end: func(t *testing.T, _ int) {
			for _, o := range poisoned {
				if err := s.API.Delete(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
		},
	}
}

// poison creates an object of a kind while its CRD has no rules.
func (s *scene) poison(t *testing.T, plural string) *unstructured.Unstructured {
	t.Helper()
	crd := s.crd(t, plural)
	rules, _, err := unstructured.NestedFieldCopy(crd.Object, "spec")
	if err != nil {
		t.Fatal(err)
	}
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	o := &unstructured.Unstructured{Object: map[string]any{"spec": poisons[kind]}}
	o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	o.SetName("poisoned")
	if scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope"); scope == "Namespaced" {
		o.SetNamespace(s.shop.name)
	}
	s.setSpec(t, crd, lawless(t, rules))
	s.await(t, "the object is stored", func(ctx context.Context) error { return s.API.Create(ctx, o.DeepCopy()) })
	s.setSpec(t, crd, rules)
	return o
}

// lawless is the spec of a CRD that lets anything be in the spec of an object.
func lawless(t *testing.T, spec any) any {
	t.Helper()
	copied := (&unstructured.Unstructured{Object: map[string]any{"spec": spec}}).DeepCopy()
	versions, _, err := unstructured.NestedSlice(copied.Object, "spec", "versions")
	if err != nil {
		t.Fatal(err)
	}
	anything := map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	version, _ := versions[0].(map[string]any)
	if err := unstructured.SetNestedField(version, anything, "schema", "openAPIV3Schema", "properties", "spec"); err != nil {
		t.Fatal(err)
	}
	if err := unstructured.SetNestedSlice(copied.Object, versions, "spec", "versions"); err != nil {
		t.Fatal(err)
	}
	return copied.Object["spec"]
}

func (s *scene) setSpec(t *testing.T, crd *unstructured.Unstructured, spec any) {
	t.Helper()
	s.await(t, "the CRD is changed", func(ctx context.Context) error {
		current := crd.DeepCopy()
		if err := s.API.Get(ctx, client.ObjectKeyFromObject(crd), current); err != nil {
			return err
		}
		current.Object["spec"] = spec
		return s.API.Update(ctx, current)
	})
}

// stalls wants an object to say that its spec is of no use.
func (s *scene) stalls(ctx context.Context, o *unstructured.Unstructured) error {
	current := o.DeepCopy()
	if err := s.API.Get(ctx, client.ObjectKeyFromObject(o), current); err != nil {
		return err
	}
	conditions, _, _ := unstructured.NestedSlice(current.Object, "status", "conditions")
	for _, c := range conditions {
		if c, _ := c.(map[string]any); c["type"] == v1alpha1.ConditionStalled && c["reason"] == v1alpha1.ReasonInvalidSpec {
			return nil
		}
	}
	return fmt.Errorf("%s %s has the conditions %v", o.GetKind(), o.GetName(), conditions)
}
