package faults

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// kinds are those of the operator, by what a CRD calls them.
var kinds = []string{"usagereports", "resourcethresholds", "clusterusagereports", "clusterresourcethresholds"}

// TestKinds harms the operator's own kinds.
func TestKinds(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1, stage.Options{})
	s.drill(t, s.kindIsRemoved())
	s.drill(t, s.objectsArePoisoned())
}

// kindIsRemoved deletes the CRD of one kind after the other, with all objects of it,
// and adds both again.
func (s *scene) kindIsRemoved() fault {
	var crd *unstructured.Unstructured
	return fault{
		name: "CRD is removed", rounds: 2 * *rounds, lasts: 3 * time.Second,
		begin: func(t *testing.T, round int) {
			crd = s.crd(t, kinds[round%len(kinds)])
			if err := s.API.Delete(t.Context(), crd.DeepCopy()); err != nil {
				t.Fatal(err)
			}
			s.await(t, "the kind is gone", func(ctx context.Context) error {
				err := s.API.Get(ctx, client.ObjectKeyFromObject(crd), crd.DeepCopy())
				if apierrors.IsNotFound(err) {
					return nil
				}
				return errors.Join(errors.New("it is there"), err)
			})
			s.renew(round)
		},
		meanwhile: func(t *testing.T) {
			for _, n := range []*tenant{s.shop, s.aside} {
				s.await(t, "the other kinds go on", func(ctx context.Context) error {
					if crd.GetName() == "resourcethresholds."+v1alpha1.GroupVersion.Group {
						return s.isToldByAll(ctx, n, n.toldAll)
					}
					return s.isToldByOwn(ctx, n, n.told)
				})
			}
		},
		end: func(t *testing.T, round int) {
			s.Create(t, again(crd))
			for _, o := range s.objects(round) {
				s.await(t, "the kind is back", func(ctx context.Context) error { return s.API.Create(ctx, o) })
			}
		},
	}
}

// objects are those of the kind of a round.
func (s *scene) objects(round int) []client.Object {
	return [][]client.Object{
		{s.shop.report, s.aside.report}, {s.shop.threshold, s.aside.threshold}, {s.report}, {s.threshold},
	}[round%len(kinds)]
}

// renew makes the objects of the kind of a round anew. What thresholds have told
// before is another's story.
func (s *scene) renew(round int) {
	for _, n := range []*tenant{s.shop, s.aside} {
		switch round % len(kinds) {
		case 0:
			n.report = newReport(n.name)
		case 1:
			n.threshold, n.told = newThreshold(n.name), nil
		case 2:
			s.report = newClusterReport()
		case 3:
			s.threshold, n.toldAll = newClusterThreshold(), nil
		}
	}
}

func (s *scene) crd(t *testing.T, plural string) *unstructured.Unstructured {
	t.Helper()
	crd := &unstructured.Unstructured{}
	crd.SetGroupVersionKind(apiextensions.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
	crd.SetName(plural + "." + v1alpha1.GroupVersion.Group)
	if err := s.API.Get(t.Context(), client.ObjectKeyFromObject(crd), crd); err != nil {
		t.Fatal(err)
	}
	return crd
}

// again is an object to create that was there before.
func again(o *unstructured.Unstructured) *unstructured.Unstructured {
	o = o.DeepCopy()
	for _, field := range []string{"resourceVersion", "uid", "creationTimestamp", "managedFields", "generation"} {
		unstructured.RemoveNestedField(o.Object, "metadata", field)
	}
	unstructured.RemoveNestedField(o.Object, "status")
	return o
}

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
