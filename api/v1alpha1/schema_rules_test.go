package v1alpha1_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestSchemasAreBounded holds the rules for every API type over the generated
// CRDs.
func TestSchemasAreBounded(t *testing.T) {
	for _, crd := range generatedCRDs(t) {
		for _, version := range crd.Spec.Versions {
			root := version.Schema.OpenAPIV3Schema
			if root.Description == "" {
				t.Errorf("%s has no description", crd.Spec.Names.Kind)
			}
			for part, schema := range root.Properties {
				if slices.Contains([]string{"apiVersion", "kind", "metadata"}, part) {
					continue
				}
				for _, fault := range schemaFaults(crd.Spec.Names.Kind+"."+part, &schema, part == "spec") {
					t.Error(fault)
				}
			}
		}
		// kubectl apply keeps the whole object in an annotation of at most 256 KiB.
		if body, err := json.Marshal(crd); err != nil || len(body) > 200<<10 {
			t.Errorf("the CRD of %s has %d bytes, %v; at most 200 KiB leave room for kubectl apply", crd.Spec.Names.Kind, len(body), err)
		}
	}
}

func generatedCRDs(t *testing.T) []apiextensions.CustomResourceDefinition {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(crdDirectory, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs in %s: %v; run make manifests", crdDirectory, err)
	}
	crds := make([]apiextensions.CustomResourceDefinition, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(text, &crds[i]); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return crds
}

// registeredKinds are the kinds of the scheme that have a CRD, sorted.
func registeredKinds(t *testing.T) []string {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, crd := range generatedCRDs(t) {
		kind := crd.Spec.Names.Kind
		object, err := scheme.New(v1alpha1.GroupVersion.WithKind(kind))
		if err != nil {
			t.Errorf("the CRD of %s has no Go type in the scheme: %v", kind, err)
		} else if _, ok := object.(metav1.Object); !ok {
			t.Errorf("%s has no metadata", kind)
		}
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// schemaFaults names each place under schema that breaks a rule.
func schemaFaults(path string, schema *apiextensions.JSONSchemaProps, spec bool) []string {
	var faults []string
	for _, rule := range schemaRules {
		if fault := rule(path, schema, spec); fault != "" {
			faults = append(faults, path+": "+fault)
		}
	}
	for name, property := range schema.Properties {
		if property.Description == "" {
			faults = append(faults, fmt.Sprintf("%s.%s: has no description", path, name))
		}
		faults = append(faults, schemaFaults(path+"."+name, &property, spec)...)
	}
	if schema.Items != nil {
		faults = append(faults, schemaFaults(path+"[]", schema.Items.Schema, spec)...)
	}
	if schema.AdditionalProperties != nil {
		faults = append(faults, schemaFaults(path+"{}", schema.AdditionalProperties.Schema, spec)...)
	}
	return faults
}
