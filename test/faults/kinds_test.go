package faults

import (
	"context"
	"errors"
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
			s.await(t, "the kind is gone", func(ctx context.Context) error { return s.isGone(ctx, crd) })
			s.renew(round)
		},
		meanwhile: func(t *testing.T) {
			s.await(t, "the other kinds go on", func(ctx context.Context) error {
				return errors.Join(s.isToldWithout(ctx, s.shop, crd), s.isToldWithout(ctx, s.aside, crd))
			})
		},
		end: func(t *testing.T, round int) {
			s.Create(t, again(crd))
			for _, o := range s.objects(round) {
				s.await(t, "the kind is back", func(ctx context.Context) error { return s.API.Create(ctx, o) })
			}
		},
	}
}

// isGone wants an object not to be there.
func (s *scene) isGone(ctx context.Context, o *unstructured.Unstructured) error {
	err := s.API.Get(ctx, client.ObjectKeyFromObject(o), o.DeepCopy())
	if apierrors.IsNotFound(err) {
		return nil
	}
	return errors.Join(errors.New("it is there"), err)
}

// isToldWithout wants the Events of a tenant that no threshold of a kind tells.
func (s *scene) isToldWithout(ctx context.Context, n *tenant, crd *unstructured.Unstructured) error {
	if crd.GetName() == "resourcethresholds."+v1alpha1.GroupVersion.Group {
		return s.isToldByAll(ctx, n, n.toldAll)
	}
	return s.isToldByOwn(ctx, n, n.told)
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
