package install

import (
	"fmt"
	"strings"
	"testing"
)

const reports = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
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
metadata: {name: all, namespace: default}
spec: {interval: 15s, groupBy: [{type: Workload}]}
---
apiVersion: usage-operator.io/v1alpha1
kind: ClusterUsageReport
metadata: {name: all}
spec: {interval: 15s, namespaces: [default], groupBy: [{type: Namespace}]}
`

// state is what must outlive an upgrade: who a report is, what it asks for, and what
// it has found.
const state = `{.metadata.uid} {.metadata.generation} {.spec} {.status.total.pods} {.status.window.startTime}`

// TestUpgradeAndUninstall goes from an older installation to this one and to none.
func TestUpgradeAndUninstall(t *testing.T) {
	t.Cleanup(func() {
		kubectlAtTheEnd(t, "delete", "--timeout=2m", "--ignore-not-found", "-k", root+"/config/default")
		kubectlAtTheEnd(t, "delete", "deployment", "web")
	})
	kubectl(t, "apply", "--server-side", "-f", "testdata/first.yaml")
	kubectl(t, "wait", "--for=condition=Established", "crd", "--all")
	apply(t, reports, "apply", "-f", "-")
	before := run(t, system)
	for _, r := range []string{"usr/all", "cusr/all"} {
		kubectl(t, "wait", r, "--for=condition=Complete", "--timeout=2m")
	}
	awaitCheckpoints(t, system, 2)
	if err := before.Stop(); err != nil {
		t.Fatal(err)
	}
	stored := stateOf(t)

	kubectl(t, "apply", "--server-side", "-k", root+"/config/default")
	if after := stateOf(t); after != stored {
		t.Errorf("the upgrade made of\n%s\n%s", stored, after)
	}
	kubectl(t, "-n", system, "rollout", "status", "deployment/usage-operator", "--timeout=2m")
	if nodes := kubectl(t, "-n", system, "get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}"); len(fields(nodes)) != 2 {
		t.Errorf("the replicas run on %q, want two nodes", nodes)
	}
	after := run(t, system)
	eventually(t, func() error {
		holder := kubectl(t, "-n", system, "get", "lease", "usage-operator.usage-operator.io", "-o", "jsonpath={.spec.holderIdentity}")
		if holder == "" {
			return fmt.Errorf("nobody leads")
		}
		return nil
	})
	kubectl(t, "wait", "usr/all", "--for=condition=Ready", "--timeout=2m")
	if again := stateOf(t); again != stored {
		t.Errorf("the upgraded operator made of\n%s\n%s", stored, again)
	}
	mustNotLack(t, after)
	if err := after.Stop(); err != nil {
		t.Fatal(err)
	}
	if holder := kubectl(t, "-n", system, "get", "lease", "usage-operator.usage-operator.io", "-o", "jsonpath={.spec.holderIdentity}"); holder != "" {
		t.Errorf("%s still leads, and has stopped", holder)
	}

	kubectl(t, "delete", "--timeout=2m", "--ignore-not-found", "-k", root+"/config/default")
	mustBeGone(t)
}

// stateOf returns the state of the reports.
func stateOf(t *testing.T) string {
	t.Helper()
	return kubectl(t, "get", "usr/all", "-o", "jsonpath="+state) + "\n" + kubectl(t, "get", "cusr/all", "-o", "jsonpath="+state)
}

// awaitCheckpoints waits until so many reports have one in a namespace.
func awaitCheckpoints(t *testing.T, namespace string, n int) {
	t.Helper()
	eventually(t, func() error {
		if got := fields(kubectl(t, "-n", namespace, "get", "usagecheckpoints", "-o", "jsonpath={.items[*].metadata.name}")); len(got) != n {
			return fmt.Errorf("there are the checkpoints %v, want %d", got, n)
		}
		return nil
	})
}

// fields are the different words of a text.
func fields(text string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		words[word] = true
	}
	return words
}
