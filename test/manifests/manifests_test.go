package manifests

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const system = "usage-operator-system"

// keep is what Helm is told of the CRDs: they and all reports outlive the release.
const keep = "helm.sh/resource-policy"

// deployment is the key of the operator's Deployment in a namespace.
func deployment(namespace string) string { return "Deployment " + namespace + "/usage-operator" }

// TestChartIsConfig: whoever installs by Helm gets the objects of kubectl apply -k,
// all but the namespace, which Helm makes itself.
func TestChartIsConfig(t *testing.T) {
	for _, row := range []struct {
		name, namespace string
		folders         []string
		values          []string
	}{
		{"the whole cluster", "", []string{"default"}, nil},
		{"one namespace", "my-team", []string{"namespaced"}, []string{"--set", "namespaces={.}"}},
		{"with Prometheus", "", []string{"default", "prometheus"},
			[]string{"--set", "metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := objects{}
			for _, folder := range row.folders {
				maps.Copy(want, kustomized(t, folder, row.namespace))
			}
			delete(want, "Namespace <nil>/"+system)
			namespace := system
			if row.namespace != "" {
				namespace = row.namespace
			}
			got := templated(t, namespace, row.values...)
			if n := takeKeep(t, got); row.namespace == "" && n < 3 {
				t.Errorf("%d CRDs outlive the release", n)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("objects (-kustomize +helm):\n%s", diff)
			}
			if want[deployment(namespace)] == nil {
				t.Error("there is no Deployment")
			}
		})
	}
}

// takeKeep removes Helm's annotation of CRDs, which each must have, and counts them.
func takeKeep(t *testing.T, rendered objects) (n int) {
	t.Helper()
	for key, object := range rendered {
		if !strings.HasPrefix(key, "CustomResourceDefinition ") {
			continue
		}
		n++
		annotations, _ := at(object, "metadata", "annotations").(map[string]any)
		if annotations[keep] != "keep" {
			t.Errorf("%s does not outlive the release", key)
		}
		delete(annotations, keep)
	}
	return n
}

// TestNothingClusterWide is in an installation for namespaces.
func TestNothingClusterWide(t *testing.T) {
	for name, rendered := range map[string]objects{
		"kustomize": kustomized(t, "namespaced", "my-team"),
		"helm":      templated(t, "my-team", "--set", "namespaces={my-team,other}"),
	} {
		for key := range rendered {
			if !strings.Contains(key, " my-team/") && !strings.Contains(key, " other/") {
				t.Errorf("%s makes the %s", name, key)
			}
		}
	}
}

// TestPrerequisites have no operator, and no right to it: CRDs and roles of users.
func TestPrerequisites(t *testing.T) {
	rendered := kustomized(t, "prerequisites", "")
	for key := range rendered {
		if !strings.HasPrefix(key, "CustomResourceDefinition ") && !strings.HasPrefix(key, "ClusterRole ") {
			t.Errorf("the %s is part of them", key)
		}
	}
	for _, key := range []string{"ClusterRole <nil>/usage-operator", "ClusterRole <nil>/usage-operator-clusterusagereport-viewer"} {
		if rendered[key] != nil {
			t.Errorf("the %s is part of them", key)
		}
	}
	for _, key := range []string{"ClusterRole <nil>/usage-operator-installer", "ClusterRole <nil>/usage-operator-usagereport-editor"} {
		if rendered[key] == nil {
			t.Errorf("the %s is missing", key)
		}
	}
}

// TestEveryCRDIsInstalled: what is generated is listed, too.
func TestEveryCRDIsInstalled(t *testing.T) {
	files, err := os.ReadDir(root + "/config/crd/bases")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for key := range kustomized(t, "crd", "") {
		if strings.HasPrefix(key, "CustomResourceDefinition ") {
			n++
		}
	}
	if n != len(files) {
		t.Errorf("%d CRDs are installed, and %d generated", n, len(files))
	}
}

// TestRoleOfCheckpoints: no role that users get by aggregation names the kind, and
// none names a cluster-wide kind.
func TestRoleOfCheckpoints(t *testing.T) {
	for key, object := range kustomized(t, "default", "") {
		labels, _ := at(object, "metadata", "labels").(map[string]any)
		text, err := yaml.Marshal(object["rules"])
		if err != nil {
			t.Fatal(err)
		}
		for label := range labels {
			if strings.Contains(label, "/aggregate-to-") && (strings.Contains(string(text), "usagecheckpoints") || strings.Contains(string(text), "- cluster")) {
				t.Errorf("%s has %s and gives\n%s", key, label, text)
			}
		}
	}
}

// TestValues changes values and looks for what becomes of them.
func TestValues(t *testing.T) {
	container := []any{"spec", "template", "spec", "containers", 0}
	for _, row := range []struct {
		name   string
		values string
		key    string
		path   []any
		want   any
	}{
		{"digest", "image.digest=sha256:" + strings.Repeat("a", 64), deployment(system), append(container, "image"),
			"ghcr.io/usage-operator/usage-operator@sha256:" + strings.Repeat("a", 64)},
		{"tag", "image.tag=v9", deployment(system), append(container, "image"), "ghcr.io/usage-operator/usage-operator:v9"},
		{"replicas", "replicas=1", deployment(system), []any{"spec", "replicas"}, 1.0},
		{"flags", "extraArgs={--zap-log-level=debug}", deployment(system), append(container, "args", 3), "--zap-log-level=debug"},
		{"no metrics", "metrics.enabled=false", "Service " + system + "/usage-operator-metrics", nil, nil},
		{"no metrics, nothing comes in", "metrics.enabled=false", "NetworkPolicy " + system + "/usage-operator", []any{"spec", "ingress"}, []any{}},
		{"plain metrics", "metrics.secure=false", deployment(system), append(container, "args", 3), "--metrics-secure=false"},
		{"labels for Prometheus", "metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.release=ours",
			"ServiceMonitor " + system + "/usage-operator", []any{"metadata", "labels", "release"}, "ours"},
		{"plain metrics, scraped plainly", "metrics.serviceMonitor.enabled=true,metrics.secure=false",
			"ServiceMonitor " + system + "/usage-operator", []any{"spec", "endpoints", 0}, map[string]any{"port": "metrics", "path": "/metrics"}},
		{"labels for the rules", "metrics.prometheusRule.enabled=true,metrics.prometheusRule.labels.release=ours",
			"PrometheusRule " + system + "/usage-operator", []any{"metadata", "labels", "release"}, "ours"},
		{"no metrics, nothing to scrape", "metrics.enabled=false,metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true",
			"ServiceMonitor " + system + "/usage-operator", nil, nil},
		{"class of others", "priorityClass.create=false", "PriorityClass <nil>/usage-operator", nil, nil},
		{"class of others, used", "priorityClass.create=false,priorityClass.name=high", deployment(system),
			[]any{"spec", "template", "spec", "priorityClassName"}, "high"},
		{"CRDs of others", "crds.install=false", "CustomResourceDefinition <nil>/usagereports.usage-operator.io", nil, nil},
		{"CRDs that go", "crds.keep=false", "CustomResourceDefinition <nil>/usagereports.usage-operator.io", []any{"metadata", "annotations", keep}, nil},
		{"two namespaces", "namespaces={a,b}", deployment(system), append(container, "args", 2), "--namespaces=a,b"},
		{"a role in each", "namespaces={a,b}", "RoleBinding b/usage-operator-namespaced", []any{"subjects", 0, "namespace"}, system},
		{"plain metrics of namespaces", "namespaces={a},metrics.secure=false", deployment(system), append(container, "args", 2), "--metrics-bind-address=:8443"},
	} {
		t.Run(row.name, func(t *testing.T) {
			rendered := templated(t, system, "--set", row.values)
			if rendered[deployment(system)] == nil {
				t.Fatal("there is no Deployment")
			}
			if diff := cmp.Diff(row.want, at(nilOr(rendered[row.key]), row.path...)); diff != "" {
				t.Errorf("--set %s (-want +got):\n%s", row.values, diff)
			}
		})
	}
}

// nilOr is nil where there is no object.
func nilOr(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}

// TestWrongValues are refused before anything is installed.
func TestWrongValues(t *testing.T) {
	for _, values := range []string{
		"replica=1", "replicas=two", "image.digest=abc", "image.pullPolicy=Sometimes", "namespaces=my-team", "namespaces={My_Team}",
		"metrics.port=1", "metrics.serviceMonitor.release=ours", "extraArgs={leader-elect}", "goMemoryLimit=460Mi",
	} {
		if out, err := try(t, "helm", "template", "usage-operator", chart, "--set", values); err == nil {
			t.Errorf("--set %s is accepted:\n%.200s", values, out)
		}
	}
}
