package scale

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

	"k8s.io/apimachinery/pkg/util/wait"
)

// work is what the operator does before its memory is looked at.
type work struct {
	// reports are how many there are. Each has its status and its checkpoint
	// written.
	reports int
	// ticks are reads of the Metrics API.
	ticks int
	// checkpointInterval is shorter than the operator's own, which the benchmark
	// would only wait for.
	checkpointInterval time.Duration
	// patience bounds the wait for all of it.
	patience time.Duration
}

var (
	allWork   = work{reports: mostReports, ticks: 4, checkpointInterval: time.Minute, patience: 15 * time.Minute}
	shortWork = work{reports: 100, ticks: 2, checkpointInterval: 5 * time.Second, patience: 2 * time.Minute}
)

// BenchmarkOperator reports the memory of the operator itself, the program as it
// is shipped, once it has read the cluster, ticked some times and written the
// statuses and the checkpoints of 5,000 reports. The bar for the peak: ≤ 600 MiB.
func BenchmarkOperator(b *testing.B) {
	c, all := largest(), allWork
	if testing.Short() {
		all = shortWork
	}
	for b.Loop() {
		url := startAPIServer(b, c, all.reports)
		o := startOperator(b, url, "--checkpoint-interval", all.checkpointInterval.String())
		err := wait.PollUntilContextTimeout(b.Context(), time.Second, all.patience, true, func(context.Context) (bool, error) {
			n := countsOf(b, url)
			return n.StatusWrites >= all.reports && n.Checkpoints >= all.reports && n.MetricsReads >= all.ticks, o.failure()
		})
		n := countsOf(b, url)
		if err != nil {
			b.Fatalf("%v; there are %+v of %+v", err, n, all)
		}
		peak, now := memory(b, o.Process.Pid)
		b.ReportMetric(peak, "MiB-peak-RSS")
		b.ReportMetric(now, "MiB-RSS")
		b.ReportMetric(float64(n.CheckpointBytes)/float64(n.Checkpoints), "B/checkpoint")
	}
}

// operator is the program while it runs.
type operator struct {
	*exec.Cmd
	log   string
	ended chan struct{}
}

// failure is an error once the operator has ended by itself or logs an error:
// nothing fails in this cluster, and what fails there would fail for ever.
func (o *operator) failure() error {
	log, err := os.ReadFile(o.log)
	if err != nil {
		return err
	}
	select {
	case <-o.ended:
		return fmt.Errorf("the operator has ended, %v; its log:\n%s", o.ProcessState, log)
	default:
	}
	const level = `{"level":"error"`
	if _, found, ok := strings.Cut(string(log), level); ok {
		first, _, _ := strings.Cut(found, "\n")
		return fmt.Errorf("the operator logs an error: %s%s", level, first)
	}
	return nil
}

// startOperator builds and starts the program, which ends with the test.
func startOperator(b *testing.B, url string, flags ...string) *operator {
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
	// A stack in the log would hide what the error is.
	flags = append(flags, "--kubeconfig", kubeconfig, "--health-probe-bind-address", "0", "--zap-stacktrace-level", "panic")
	o.Cmd = exec.Command(program, flags...)
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
