package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// BenchmarkOperator reports the memory of the operator itself, the program as it
// is shipped, once it has read the cluster, ticked some times and written the
// status of 5,000 reports. The bar for the peak: ≤ 600 MiB.
func BenchmarkOperator(b *testing.B) {
	c, reports := largest(), mostReports
	if testing.Short() {
		reports = 100
	}
	for b.Loop() {
		url := startAPIServer(b, c, reports)
		o := startOperator(b, url)
		err := wait.PollUntilContextTimeout(b.Context(), time.Second, patience, true, func(context.Context) (bool, error) {
			n := countsOf(b, url)
			return n.StatusWrites >= reports && n.MetricsReads >= ticks, o.failure()
		})
		if err != nil {
			b.Fatalf("%v; %+v", err, countsOf(b, url))
		}
		peak, now := memory(b, o.Process.Pid)
		b.ReportMetric(peak, "MiB-peak-RSS")
		b.ReportMetric(now, "MiB-RSS")
	}
}

const (
	// ticks is after how many reads of the Metrics API the memory is looked at.
	ticks = 4
	// patience bounds the wait for all of it.
	patience = 8 * time.Minute
)

// operator is the program while it runs.
type operator struct {
	*exec.Cmd
	log   string
	ended chan struct{}
}

// failure is an error once the operator has ended by itself.
func (o *operator) failure() error {
	select {
	case <-o.ended:
		log, err := os.ReadFile(o.log)
		return errors.Join(fmt.Errorf("the operator has ended, %v; its log:\n%s", o.ProcessState, log), err)
	default:
		return nil
	}
}

// startOperator builds and starts the program, which ends with the test.
func startOperator(b *testing.B, url string) *operator {
	b.Helper()
	dir := b.TempDir()
	program, kubeconfig := filepath.Join(dir, "usage-operator"), filepath.Join(dir, "kubeconfig")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", program, "../../../cmd/usage-operator")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the operator: %v\n%s", err, out)
	}
	if err := os.WriteFile(kubeconfig, fmt.Appendf(nil, kubeconfigOf, url), 0o600); err != nil {
		b.Fatal(err)
	}
	o := &operator{log: filepath.Join(dir, "log"), ended: make(chan struct{})}
	log, err := os.Create(o.log)
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	o.Cmd = exec.Command(program, "--kubeconfig", kubeconfig, "--health-probe-bind-address", "0")
	o.Env, o.Stderr = []string{"PATH=" + os.Getenv("PATH")}, log
	if err := o.Start(); err != nil {
		b.Fatal(err)
	}
	go func() {
		defer close(o.ended)
		_ = o.Wait() // its state says how it ended
	}()
	b.Cleanup(func() {
		_ = o.Process.Signal(syscall.SIGTERM)
		<-o.ended
	})
	return o
}

const kubeconfigOf = `{apiVersion: v1, kind: Config, current-context: synthetic,
contexts: [{name: synthetic, context: {cluster: synthetic, user: ""}}],
clusters: [{name: synthetic, cluster: {server: %q}}]}`

// memory is the peak of a process's memory, and what it has now, in MiB.
func memory(b *testing.B, pid int) (peak, now float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skipf("the memory of a process cannot be measured here: %v", err)
	}
	for field, value := range map[string]*float64{"VmHWM:": &peak, "VmRSS:": &now} {
		_, after, _ := strings.Cut(string(status), field)
		if _, err := fmt.Sscan(after, value); err != nil {
			b.Fatal(err)
		}
		*value /= 1024
	}
	return peak, now
}
