package docs

import (
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"sigs.k8s.io/yaml"
)

// TestExamples: the API knows each field of the objects that are shown.
func TestExamples(t *testing.T) {
	n := 0
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.Language != "yaml" || !strings.HasPrefix(b.Text, "apiVersion: usage-operator.io/") {
				continue
			}
			n++
			if err := decode(b.Text); err != nil {
				t.Errorf("%s: %v in\n%s", d.path, err, b.Text)
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d examples were found", n)
	}
}

func decode(text string) error {
	var named struct{ Kind string }
	if err := yaml.Unmarshal([]byte(text), &named); err != nil {
		return err
	}
	object := map[string]any{
		"UsageReport":              &v1alpha1.UsageReport{},
		"ClusterUsageReport":       &v1alpha1.ClusterUsageReport{},
		"ResourceThreshold":        &v1alpha1.ResourceThreshold{},
		"ClusterResourceThreshold": &v1alpha1.ClusterResourceThreshold{},
	}[named.Kind]
	return yaml.UnmarshalStrict([]byte(text), object)
}
