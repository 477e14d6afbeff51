package e2e

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// kubectl runs the cluster's kubectl with some input and returns what it prints.
func kubectl(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	program, err := local.Program("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, append([]string{"--kubeconfig", local.Kubeconfig()}, args...)...)
	command.Stdin = strings.NewReader(input)
	out, err := command.CombinedOutput()
	return string(out), err
}

// TestKubectl does what a user does first: apply, wait, get.
func TestKubectl(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "kubectl", nil)
	create(t, deployment(namespace, "web", 2, podTemplate(map[string]string{"app": "web"},
		usage("100m", "64Mi"), container{"web", "200m", "128Mi", "", ""})))
	report := fmt.Sprintf(`
apiVersion: usage-operator.io/v1alpha1
kind: UsageReport
metadata: {name: web, namespace: %s}
spec:
  interval: 15s
  groupBy: [{type: Workload}]
`, namespace)
	run := func(input string, args ...string) string {
		t.Helper()
		out, err := kubectl(t, input, args...)
		if err != nil {
			t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	// A report on nothing is Ready, too.
	run("", "rollout", "status", "-n", namespace, "deployment/web", "--timeout=90s")
	run(report, "apply", "-f", "-")
	run("", "wait", "-n", namespace, "usr/web", "--for=condition=Ready", "--timeout=90s")
	run("", "wait", "-n", namespace, "usr/web", "--for=condition=Complete", "--timeout=90s")
	for _, name := range []string{"usagereports", "usr", "usage"} {
		out := run("", "get", "-n", namespace, name)
		requireMatch(t, out, `NAME\s+PODS\s+CPU\s+CPU%REQ\s+MEMORY\s+MEM%REQ\s+READY\s+UPDATED\s+AGE\s+web|web\s+2\s`)
		// The simulation is exact to about a percent.
		requireMatch(t, out, `web\s+2\s+(19|20)\dm\s+(49|50|51)\s+128Mi\s+50\s+True\s+\d+s\s+\w+`)
	}
	requireMatch(t, run("", "explain", "usagereport.spec.groupBy.type"), `(?s)ENUM.*Workload`)
	requireMatch(t, run(report, "delete", "-f", "-"), `"web" deleted`)
}

func requireMatch(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("nothing matches %s in:\n%s", pattern, text)
	}
}
