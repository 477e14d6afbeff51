package v1alpha1_test

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// TestSamples creates each object of config/samples as strictly as kubectl
// does: a mistyped field is an error.
func TestSamples(t *testing.T) {
	c := server(t)
	const directory = "../../config/samples"
	var listed struct{ Resources []string }
	text, err := os.ReadFile(filepath.Join(directory, "kustomization.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(listed.Resources) != len(files)-1 {
		t.Errorf("kustomization.yaml lists %d samples, the directory has %d", len(listed.Resources), len(files)-1)
	}
	for _, name := range listed.Resources {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(directory, name))
			if err != nil {
				t.Fatal(err)
			}
			object := &unstructured.Unstructured{}
			if err := yaml.UnmarshalStrict(text, &object.Object); err != nil {
				t.Fatal(err)
			}
			if object.GetNamespace() != "" {
				ensureNamespace(t, c, object.GetNamespace())
			}
			if err := c.Create(t.Context(), object, client.FieldValidation("Strict")); err != nil {
				t.Error(err)
			}
		})
	}
}
