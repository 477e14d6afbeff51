// Command demo shows the operator at work: it starts a local cluster, fills
// three namespaces with workloads whose usage moves, runs the operator, applies
// config/samples and prints what a user sees. It stays up until "demo down".
//
// With --kubeconfig it works on a cluster that is already there, in namespaces
// of its own, which "demo down" removes again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] != "up" && args[0] != "down" {
		return errors.New("usage: demo up|down [--dir folder] [--kubeconfig file]")
	}
	var o options
	flags := flag.NewFlagSet("demo "+args[0], flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", ".cluster", "folder of the local cluster and of what the demo must remember")
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "kubeconfig of a cluster to use instead of a local one")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "down" {
		return down(ctx, o)
	}
	return up(ctx, o)
}

type options struct{ dir, kubeconfig string }

// patience bounds the wait for the first numbers.
const patience = 3 * time.Minute

// up is the demo from its first step to its last.
func up(ctx context.Context, o options) error {
	s, err := begin(ctx, o)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"Installing the CRDs", s.installCRDs},
		{"Starting workloads in the namespaces shop, data and ops", s.startWorkloads},
		{"Building and starting the operator", s.startOperator},
		{"Applying config/samples", s.applySamples},
		{"Waiting for the first numbers (the Metrics API needs two scrapes)", s.awaitReports},
	} {
		fmt.Println(step.what)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return s.show(ctx)
}
