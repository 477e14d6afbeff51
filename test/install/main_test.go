// Package install tests what becomes of a cluster by installing the operator,
// upgrading and removing it, in the ways and by the commands that docs/operations.md
// tells. Pods are simulated: where the operator has to work, the program runs beside
// the cluster, with the rights that were installed for it.
package install

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	system = operator.Namespace
	// soon bounds the wait for anything that takes a few ticks.
	soon = 2 * time.Minute
	root = "../.."
)

// local is the cluster that all tests share, one after the other, and program the
// operator.
var (
	local   *cluster.Cluster
	program string
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("skipped: -short, and these tests start a cluster")
		return
	}
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		code = 1
	}
	os.Exit(code)
}

// runAll runs the tests between the start of a cluster and its end.
func runAll(m *testing.M) (code int, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "usage-operator-install-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	clusterDir := filepath.Join(dir, "cluster")
	defer func() { err = errors.Join(err, cluster.Down(clusterDir, os.Stderr)) }()
	local, err = cluster.Up(ctx, cluster.Options{Dir: clusterDir, Nodes: 2, MetricResolution: 10 * time.Second, Out: os.Stderr})
	if err != nil {
		return 1, err
	}
	checkout, err := operator.Checkout(ctx)
	if err != nil {
		return 1, err
	}
	if program, err = operator.Build(ctx, checkout, dir); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// try runs the cluster's kubectl with some input and returns what it prints.
func try(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	path, err := local.Program("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, append([]string{"--kubeconfig", local.Kubeconfig()}, args...)...)
	command.Stdin = strings.NewReader(input)
	out, err := command.CombinedOutput()
	return string(out), err
}

// kubectl is try for what must not fail.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return apply(t, "", args...)
}

// apply is kubectl with an input.
func apply(t *testing.T, input string, args ...string) string {
	t.Helper()
	out, err := try(t, input, args...)
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// helm runs Helm, as it is pinned for this project, against the cluster.
func helm(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=" + root + "/tools/go.mod", "helm"}, args...)...)
	command.Env = append(os.Environ(), "KUBECONFIG="+local.Kubeconfig(), "HELM_CACHE_HOME="+t.TempDir())
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("helm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// eventually waits until condition returns nil, and fails with its last error.
func eventually(t *testing.T, condition func() error) {
	t.Helper()
	last := errors.New("never tried")
	err := wait.PollUntilContextTimeout(t.Context(), 250*time.Millisecond, soon, true, func(context.Context) (bool, error) {
		last = condition()
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("not within %s: %v", soon, last)
	}
}

// run runs the operator with the rights of its service account in a namespace.
func run(t *testing.T, namespace string, flags ...string) *operator.Running {
	t.Helper()
	// The log of the run before is none of this one's.
	if err := os.RemoveAll(filepath.Join(filepath.Dir(program), "operator.log")); err != nil {
		t.Fatal(err)
	}
	r, err := operator.Run(t.Context(), local, namespace, program, filepath.Dir(program), append([]string{
		"--leader-elect", "--leader-election-namespace=" + namespace,
		"--checkpoint-namespace=" + namespace, "--checkpoint-interval=5s",
	}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if log := logOf(t, r); t.Failed() {
			t.Logf("the end of the operator's log:\n%s", log[max(len(log)-8<<10, 0):])
		}
	})
	return r
}

func logOf(t *testing.T, r *operator.Running) string {
	t.Helper()
	log, err := os.ReadFile(r.Log)
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

// mustNotLack fails where the operator was refused anything.
func mustNotLack(t *testing.T, r *operator.Running) {
	t.Helper()
	if refusal := regexp.MustCompile(`(?i).*forbidden.*`).FindString(logOf(t, r)); refusal != "" {
		t.Errorf("the operator lacks a right: %.500s", refusal)
	}
}

// mustBeGone fails where anything of the operator is left in the cluster.
func mustBeGone(t *testing.T) {
	t.Helper()
	const kinds = "namespaces,crds,clusterroles,clusterrolebindings,priorityclasses"
	eventually(t, func() error {
		out := kubectl(t, "get", kinds, "-o", "name")
		within := kubectl(t, "get", "all,leases,serviceaccounts,roles,rolebindings,poddisruptionbudgets,networkpolicies,secrets,configmaps",
			"-A", "-o", "name")
		for name := range strings.Lines(out + within) {
			if strings.Contains(name, "usage-operator") {
				return fmt.Errorf("%s is left", strings.TrimSpace(name))
			}
		}
		if rules := kubectl(t, "get", "clusterrole", "view", "edit", "admin", "-o", "yaml"); strings.Contains(rules, "usage-operator.io") {
			return errors.New("users still have rights to the operator's kinds")
		}
		return nil
	})
}

// execute is for what outlives the test's context.
func execute(path string, args ...string) (string, error) {
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err
}
