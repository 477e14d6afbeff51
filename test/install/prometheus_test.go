package install

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrometheusOperator: where the Prometheus Operator is, the API server takes what
// config/prometheus and the chart have for it, by the commands of docs/operations.md,
// with no field that its kinds do not know.
func TestPrometheusOperator(t *testing.T) {
	const kinds = "servicemonitor,prometheusrule"
	for _, kind := range []string{"servicemonitors", "prometheusrules"} {
		crd := filepath.Join(prometheusOperator(t), "example", "prometheus-operator-crd", "monitoring.coreos.com_"+kind+".yaml")
		kubectl(t, "apply", "--server-side", "-f", crd)
		t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "--timeout=2m", "-f", crd) })
		kubectl(t, "wait", "--for=condition=Established", "crd/"+kind+".monitoring.coreos.com")
	}
	kubectl(t, "create", "namespace", system)
	t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "--timeout=2m", "namespace", system) })

	kubectl(t, "apply", "--server-side", "-k", root+"/config/prometheus")
	kubectl(t, "-n", system, "label", kinds, "usage-operator", "release=kube-prometheus-stack")
	manifests := specs(t, kubectl(t, "-n", system, "get", kinds, "-l", "release=kube-prometheus-stack", "-o", "json"))
	if len(manifests) != 2 {
		t.Fatalf("%d objects have the label, want 2", len(manifests))
	}
	kubectl(t, "-n", system, "delete", kinds, "usage-operator")

	chart := helm(t, "template", "usage-operator", root+"/charts/usage-operator", "--namespace", system,
		"--show-only", "templates/prometheus.yaml",
		"--set", "metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true",
		"--set", "metrics.serviceMonitor.labels.release=kube-prometheus-stack,metrics.prometheusRule.labels.release=kube-prometheus-stack")
	apply(t, chart, "apply", "--server-side", "-f", "-")
	release := specs(t, kubectl(t, "-n", system, "get", kinds, "-l", "release=kube-prometheus-stack", "-o", "json"))
	if diff := cmp.Diff(manifests, release); diff != "" {
		t.Errorf("what is stored (-config +chart):\n%s", diff)
	}
}

// prometheusOperator is the folder of the Prometheus Operator's sources.
func prometheusOperator(t *testing.T) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/prometheus-operator/prometheus-operator")
	command.Dir = root + "/tools/prometheus-operator"
	out, err := command.Output()
	var module struct{ Dir, Error string }
	if decodeErr := json.Unmarshal(out, &module); err != nil || decodeErr != nil {
		t.Fatalf("fetch the Prometheus Operator: %v, %v, %s", err, decodeErr, module.Error)
	}
	return module.Dir
}

// specs are those of a list of objects, by their kinds.
func specs(t *testing.T, list string) map[string]any {
	t.Helper()
	var found struct {
		Items []struct {
			Kind string
			Spec any
		}
	}
	if err := json.Unmarshal([]byte(list), &found); err != nil {
		t.Fatal(err)
	}
	byKind := map[string]any{}
	for _, item := range found.Items {
		byKind[item.Kind] = item.Spec
	}
	return byKind
}
