package v1alpha1_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

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

// TestHistoryTemplate prints a history as kubectl does.
func TestHistoryTemplate(t *testing.T) {
	parsed, err := template.ParseFiles("../../config/samples/history.tpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ status, want string }{
		{`{}`, "TIME AVG CPU MAX CPU AVG MEM MAX MEM"},
		{`history: {step: 5m, points: [{time: "2026-01-31T09:00:00Z", average: {cpu: 250m, memory: 1Mi}, maximum: {cpu: 260m, memory: 2Mi}}]}`,
			"TIME AVG CPU MAX CPU AVG MEM MAX MEM 2026-01-31T09:00:00Z 250m 260m 1Mi 2Mi"},
	} {
		var out strings.Builder
		if err := parsed.Execute(&out, map[string]any{"status": fromYAML(t, row.status)}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(out.String()), " "); got != row.want {
			t.Errorf("it prints %q, want %q", got, row.want)
		}
	}
}
