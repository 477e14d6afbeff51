// Package operator builds the operator and runs it beside a local cluster, for
// the tests and the demo. It runs with the rights of its service account, as it
// would in the cluster, so that a right that is missing is noticed.
package operator

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/internal/process"
)

// Identity names the process of an operator.
type Identity = process.Identity

// Grace is what a graceful stop may take.
const Grace = 15 * time.Second

// Running is an operator that was started.
type Running struct {
	identity            Identity
	program, kubeconfig string
	flags               []string
	// Env is what its environment has beyond that of every operator.
	Env []string
	// Log is the path of what it writes.
	Log string
}

// Start installs the CRDs and the rights from config/ and runs a program that Build
// has built against the cluster, with flags of the caller's own. What it needs and
// writes lies in dir. Its end is up to Stop.
func Start(ctx context.Context, c *cluster.Cluster, program, dir string, flags ...string) (*Running, error) {
	root, err := Checkout(ctx)
	if err != nil {
		return nil, err
	}
	if err := Install(ctx, c, root); err != nil {
		return nil, err
	}
	return Run(ctx, c, Namespace, program, dir, flags...)
}

// Run runs a program that was built with the rights of the service account of a
// namespace. What it needs and writes lies in dir.
func Run(ctx context.Context, c *cluster.Cluster, namespace, program, dir string, flags ...string) (*Running, error) {
	kubeconfig := filepath.Join(dir, "operator.kubeconfig")
	if err := WriteKubeconfig(ctx, c, namespace, kubeconfig); err != nil {
		return nil, err
	}
	r := New(program, kubeconfig, filepath.Join(dir, "operator.log"), flags...)
	return r, r.Again()
}

// New is an operator that was built, for Again to start.
func New(program, kubeconfig, log string, flags ...string) *Running {
	return &Running{program: program, kubeconfig: kubeconfig, flags: flags, Log: log}
}

// Again starts the operator once more after its end.
func (r *Running) Again() error {
	record := func(i Identity) error {
		r.identity = i
		return nil
	}
	return detach(r.program, r.kubeconfig, r.Log, r.Env, record, r.flags...)
}

// Detach runs the operator in a session of its own, so that it outlives its
// starter. It begins once record has stored its identity.
func Detach(program, kubeconfig, log string, record func(Identity) error, more ...string) error {
	return detach(program, kubeconfig, log, nil, record, more...)
}

func detach(program, kubeconfig, log string, env []string, record func(Identity) error, more ...string) error {
	command := process.Command{
		Path: program,
		Args: append(flags(kubeconfig), more...),
		Dir:  filepath.Dir(program),
		// A kubeconfig may name a program to log in with, which needs both.
		Env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, env...),
		Log: log,
	}
	if err := process.Start(command, record); err != nil {
		return fmt.Errorf("start the operator: %w", err)
	}
	return nil
}

// flags are those of an operator that runs beside a cluster.
func flags(kubeconfig string) []string {
	return []string{"--kubeconfig=" + kubeconfig, "--health-probe-bind-address=0", "--metrics-bind-address=0"}
}

// Signal sends a signal to the operator, or does nothing when it has ended.
func (r *Running) Signal(s syscall.Signal) error { return r.identity.Signal(s) }

// Alive tells whether the operator runs.
func (r *Running) Alive() bool { return r.identity.Alive() }

// Kill ends the operator without warning, as the kernel does.
func (r *Running) Kill() error { return r.identity.Kill(Grace) }

// Stop ends the operator as Kubernetes does.
func (r *Running) Stop() error { return r.identity.Stop(Grace) }
