package install

import (
	"strings"
	"testing"
)

// TestHelm installs, upgrades and removes a release: the reports outlive even the
// last, until the CRDs are deleted.
func TestHelm(t *testing.T) {
	const chart = root + "/charts/usage-operator"
	install := func(more ...string) string {
		return helm(t, append([]string{"upgrade", "--install", "usage-operator", chart,
			"--namespace", system, "--create-namespace", "--wait", "--timeout", "2m"}, more...)...)
	}
	if notes := install(); !strings.Contains(notes, "kubectl -n "+system+" rollout status deployment/usage-operator") {
		t.Errorf("the notes do not tell the next command:\n%s", notes)
	}
	apply(t, reports, "apply", "-f", "-")
	t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "deployment", "web") })
	stored := stateOf(t)
	install("--set", "replicas=3")
	if n := kubectl(t, "-n", system, "get", "deployment/usage-operator", "-o", "jsonpath={.status.readyReplicas}"); n != "3" {
		t.Errorf("%s replicas are ready, want 3", n)
	}
	if after := stateOf(t); after != stored {
		t.Errorf("the upgrade made of\n%s\n%s", stored, after)
	}
	helm(t, "uninstall", "usage-operator", "--namespace", system, "--wait")
	if after := stateOf(t); after != stored {
		t.Errorf("the end of the release made of\n%s\n%s", stored, after)
	}
	install() // it finds the CRDs of the last one
	helm(t, "uninstall", "usage-operator", "--namespace", system, "--wait")
	kubectl(t, "delete", "--timeout=2m", "crd", "-l", "app.kubernetes.io/name=usage-operator")
	kubectl(t, "delete", "--timeout=2m", "namespace", system)
	mustBeGone(t)
}
