// Command local-cluster starts and ends a Kubernetes cluster on this machine; see package cluster for what it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"

	"github.com/usage-operator/usage-operator/test/cluster"
)

const usage = `Usage: local-cluster up|down|status|binaries [flags]

  up        start what is missing of the cluster, and wait until it is ready
  down      end the cluster and remove its data
  status    list the components
  binaries  build the programs if need be, and print their folder

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "local-cluster:", err)
		os.Exit(1)
	}
}

// run keeps the standard output for what scripts read; progress goes to the other.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := cluster.Options{Out: stderr}
	flags := flag.NewFlagSet("local-cluster", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Dir, "dir", cluster.DefaultDir, "folder of the cluster; another folder is another cluster")
	flags.StringVar(&o.Cache, "cache", "", "folder in which the programs are kept (default: in the user's cache)")
	flags.IntVar(&o.Nodes, "nodes", cluster.DefaultNodes, "least number of nodes")
	flags.DurationVar(&o.MetricResolution, "metric-resolution", 0,
		"how often metrics-server asks the nodes, 10s or more (default: as the cluster has it, or 15s)")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	if len(args) == 0 {
		flags.Usage()
		return errors.New("a command is missing")
	}
	// Flags may stand behind the command, where one expects them.
	command := args[0]
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return perform(ctx, command, o, stdout, flags.Usage)
}

func perform(ctx context.Context, command string, o cluster.Options, stdout io.Writer, usage func()) error {
	switch command {
	case "up":
		return up(ctx, o, stdout)
	case "down":
		return cluster.Down(o.Dir, o.Out)
	case "status":
		return status(o, stdout)
	case "binaries":
		dir, err := cluster.Binaries(ctx, o.Cache, o.Out)
		if err == nil {
			fmt.Fprintln(stdout, dir)
		}
		return err
	case "help", "-h", "-help", "--help":
		usage()
		return nil
	default:
		usage()
		return fmt.Errorf("there is no command %q", command)
	}
}

func up(ctx context.Context, o cluster.Options, stdout io.Writer) error {
	c, err := cluster.Up(ctx, o)
	if _, failed := errors.AsType[*cluster.ComponentError](err); failed {
		return fmt.Errorf("%w\nthe other components still run: \"up\" tries again, \"down\" ends them", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "export KUBECONFIG=%s\n", c.Kubeconfig())
	return nil
}

func status(o cluster.Options, stdout io.Writer) error {
	c, err := cluster.Open(o.Dir)
	if err != nil {
		return err
	}
	components, err := c.Status()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tRUNNING\tPID\tURL\tLOG")
	for _, s := range components {
		fmt.Fprintf(table, "%s\t%t\t%d\t%s\t%s\n", s.Component, s.Running, s.PID, s.URL, s.Log)
	}
	return table.Flush()
}
