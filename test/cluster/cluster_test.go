package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/wait"
)

// numbersLimit is how long the first numbers of a pod may take. metrics-server needs two scrapes for a rate; before
// those it drops one in which kwok's counters still stand at zero, and for the very first pods one more.
const numbersLimit = 3 * time.Minute

// web is a Deployment of two pods that use what their annotations say.
const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {kwok.x-k8s.io/usage-cpu: 2500m, kwok.x-k8s.io/usage-memory: 300Mi}
    spec:
      containers: [{name: web, image: none}]
`

// TestCluster walks one real cluster through its life. The steps build on each other, since a start of its own for each
// would take minutes.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts real clusters, which takes a minute or two, and builds them first if need be")
	}
	dir := folder(t)
	c := up(t, dir, 2)
	kubectl(t, c, web, "apply", "-f", "-")

	t.Run("a second Up changes nothing", func(t *testing.T) {
		before := status(t, c)
		if diff := cmp.Diff(before, status(t, up(t, dir, 2))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("more nodes are added", func(t *testing.T) {
		up(t, dir, 3)
		nodes := strings.Fields(kubectl(t, c, "", "get", "nodes", "-o", "name"))
		if diff := cmp.Diff([]string{"node/node-1", "node/node-2", "node/node-3"}, nodes); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("another cluster runs beside it and ends alone", func(t *testing.T) {
		otherDir := folder(t)
		other := up(t, otherDir, 1)
		down(t, otherDir, other)
		for _, s := range status(t, c) {
			if !s.Running {
				t.Errorf("%s ended with the other cluster", s.Component)
			}
		}
	})
	t.Run("kubectl top prints what the annotations say", func(t *testing.T) {
		kubectl(t, c, "", "rollout", "status", "deployment/web", "--timeout=60s")
		eventually(t, numbersLimit, func() error { return topPrints(t, c, 2, "2500m", "300Mi") })
	})
	t.Run("metrics-server is stopped and started", func(t *testing.T) { restartMetricsServer(t, c) })
	t.Run("a crash is repaired", func(t *testing.T) { repair(t, c, dir) })
	t.Run("nothing is left", func(t *testing.T) { down(t, dir, c) })
}

// folder is one for a cluster that ends with the test, however that goes.
func folder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "cluster")
	t.Cleanup(func() {
		if err := Down(dir, nil); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func up(t *testing.T, dir string, nodes int) *Cluster {
	t.Helper()
	c, err := Up(t.Context(), Options{Dir: dir, Nodes: nodes, MetricResolution: minimumMetricResolution, Out: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// down ends the cluster and fails if anything of it is left.
func down(t *testing.T, dir string, c *Cluster) {
	t.Helper()
	before, err := loadState(c.layout.state())
	if err != nil {
		t.Fatal(err)
	}
	if err := Down(dir, t.Output()); err != nil {
		t.Fatal(err)
	}
	if len(before.Processes) != len(before.components()) {
		t.Errorf("%d processes were recorded, want %d", len(before.Processes), len(before.components()))
	}
	for name, p := range before.Processes {
		if p.Alive() {
			t.Errorf("%s still runs", name)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s is still there", dir)
	}
}

func restartMetricsServer(t *testing.T, c *Cluster) {
	before := status(t, c)
	if err := c.Stop(MetricsServer); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() error {
		if out, err := run(c, "", "top", "pods"); err == nil {
			return fmt.Errorf("kubectl top still prints %s", out)
		}
		return nil
	})
	if err := c.Start(t.Context(), MetricsServer); err != nil {
		t.Fatal(err)
	}
	// Start waits for the Metrics API, so the first question is answered.
	kubectl(t, c, "", "get", "--raw", "/apis/metrics.k8s.io/v1beta1/pods")
	for i, s := range status(t, c) {
		if s.Component == MetricsServer {
			if s.PID == before[i].PID {
				t.Errorf("metrics-server still has the pid %d", s.PID)
			}
			s.PID = before[i].PID
		}
		if s != before[i] {
			t.Errorf("there is %+v, want %+v", s, before[i])
		}
	}
}

// repair ends two components as a crash would, pauses a third, and expects Up to bring back exactly these.
func repair(t *testing.T, c *Cluster, dir string) {
	state, err := loadState(c.layout.state())
	if err != nil {
		t.Fatal(err)
	}
	crashed := map[string]bool{Etcd: true, Kwok: true}
	for name := range crashed {
		if err := state.Processes[name].Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Pause(Scheduler); err != nil {
		t.Fatal(err)
	}
	before := status(t, c)
	for i, s := range status(t, up(t, dir, 3)) {
		if started := s.PID != before[i].PID; !s.Running || started != crashed[s.Component] {
			t.Errorf("%s runs: %t, was started anew: %t", s.Component, s.Running, started)
		}
	}
	if got := kubectl(t, c, "", "get", "deployment", "web", "-o", "name"); got != "deployment.apps/web\n" {
		t.Errorf("after the crash of etcd there is %q", got)
	}
}

// topPrints returns an error unless kubectl top lists so many pods with these numbers. CPU may be off by a hundredth:
// kwok and metrics-server each look at a clock of their own.
func topPrints(t *testing.T, c *Cluster, pods int, cpu, memory string) error {
	t.Helper()
	out, err := run(c, "", "top", "pods", "--no-headers")
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != pods {
		return fmt.Errorf("there are %d lines, want %d:\n%s", len(lines), pods, out)
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return fmt.Errorf("the line is %q, want name, CPU and memory", line)
		}
		got, want := resource.MustParse(fields[1]), resource.MustParse(cpu)
		if off := got.MilliValue() - want.MilliValue(); max(off, -off)*100 > want.MilliValue() || fields[2] != memory {
			return fmt.Errorf("%s uses %s and %s, want %s and %s", fields[0], fields[1], fields[2], cpu, memory)
		}
	}
	return nil
}

func status(t *testing.T, c *Cluster) []Status {
	t.Helper()
	all, err := c.Status()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func kubectl(t *testing.T, c *Cluster, input string, args ...string) string {
	t.Helper()
	out, err := run(c, input, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func run(c *Cluster, input string, args ...string) (string, error) {
	program, err := c.Program("kubectl")
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, append([]string{"--kubeconfig", c.Kubeconfig()}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = c.layout.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

func eventually(t *testing.T, limit time.Duration, check func() error) {
	t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 500*time.Millisecond, limit, true, func(context.Context) (bool, error) {
		last = check()
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("after %s: %v", limit, last)
	}
}
