package install

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const inTeam = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {kwok.x-k8s.io/usage-cpu: 100m, kwok.x-k8s.io/usage-memory: 64Mi}
    spec: {containers: [{name: web, image: simulated}]}
---
apiVersion: usage-operator.io/v1alpha1
kind: UsageReport
metadata: {name: all}
spec: {interval: 15s, selector: {matchLabels: {app: web}}, groupBy: [{type: Workload}, {type: NamespaceLabel, label: tier}]}
`

// TestNamespaced has somebody who is admin of one namespace install the operator
// there, and run it with Roles only.
func TestNamespaced(t *testing.T) {
	kubectl(t, "apply", "--server-side", "-k", root+"/config/prerequisites")
	t.Cleanup(func() {
		kubectlAtTheEnd(t, "delete", "--timeout=2m", "--ignore-not-found", "-k", root+"/config/prerequisites")
	})
	for _, name := range []string{"team", "other"} {
		kubectl(t, "create", "namespace", name)
		t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "namespace", name) })
	}
	kubectl(t, "label", "namespace", "team", "tier=gold")
	kubectl(t, "-n", "team", "create", "rolebinding", "alice-admin", "--clusterrole=admin", "--user=alice")
	overlay := teamOverlay(t)
	if out, err := try(t, "", "apply", "--as=alice", "-k", overlay); err == nil {
		t.Errorf("an admin alone can give the operator rights that he does not have:\n%s", out)
	}
	kubectl(t, "-n", "team", "create", "rolebinding", "alice-installer", "--clusterrole=usage-operator-installer", "--user=alice")
	eventually(t, func() error {
		if out, err := try(t, "", "apply", "--as=alice", "-k", overlay); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
	kubectl(t, "-n", "team", "rollout", "status", "deployment/usage-operator", "--timeout=2m")

	apply(t, inTeam, "apply", "--as=alice", "-n", "team", "-f", "-")
	apply(t, inTeam, "apply", "-n", "other", "-f", "-")
	apply(t, "{apiVersion: usage-operator.io/v1alpha1, kind: ClusterUsageReport, metadata: {name: all}}", "apply", "-f", "-")
	r := run(t, "team", "--namespaces=team")
	kubectl(t, "-n", "team", "wait", "usr/all", "--for=condition=Ready", "--timeout=2m")
	kubectl(t, "-n", "team", "wait", "usr/all", "--for=condition=Complete", "--timeout=2m")
	found := kubectl(t, "-n", "team", "get", "usr/all", "-o",
		"jsonpath={.status.total.pods} {.status.groups[0].subject.workload.name} {.status.groups[0].subject.labels[0].value}")
	if found != "2 web gold" {
		t.Errorf("the report has found %q, want 2 pods of web in a namespace of tier gold", found)
	}
	awaitCheckpoints(t, "team", 1)
	for _, other := range [][]string{{"-n", "other", "usr/all"}, {"cusr/all"}} {
		status := kubectl(t, append([]string{"get", "-o", "jsonpath={.status.observedGeneration}"}, other...)...)
		if status != "-1" {
			t.Errorf("%v was observed in generation %s", other, status)
		}
	}
	mustNotLack(t, r)
	if log := logOf(t, r); !strings.Contains(log, "cluster-wide kinds are not") {
		t.Error("the log does not say that cluster-wide kinds are not served")
	}
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	kubectl(t, "delete", "--as=alice", "--timeout=2m", "-k", overlay)
	kubectl(t, "-n", "team", "delete", "usr/all")
}

// teamOverlay is what alice writes.
func teamOverlay(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	config, err := filepath.Abs(root + "/config/namespaced")
	if err != nil {
		t.Fatal(err)
	}
	config, err = filepath.Rel(folder, config)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("namespace: team\nresources: [%s]\n", config)
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}
