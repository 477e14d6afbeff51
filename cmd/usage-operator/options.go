package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/usage"
	"go.uber.org/zap/zapcore"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// options are what the flags say.
type options struct {
	version                 bool
	leaderElection          bool
	leaderElectionNamespace string
	probeAddress            string
	metricsAddress          string
	metricsSecure           bool
	namespaces              []string
	statusBytesPerSecond    int
	windowMemory            int
	checkpoints             keeper.Options
	log                     zap.Options
}

func parseOptions(args []string) (*options, error) {
	o := &options{log: zap.Options{TimeEncoder: zapcore.RFC3339TimeEncoder}}
	flags := o.flags()
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag; flags begin with --", flags.Arg(0))
	}
	return o, o.check()
}

// flags set the options. docs/operations.md lists them.
func (o *options) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("usage-operator", flag.ContinueOnError)
	flags.BoolVar(&o.version, "version", false, "Print the version, its commit and the commit's date, and end.")
	flags.BoolVar(&o.leaderElection, "leader-elect", false,
		"Work only while holding a lease, so that several replicas can run.")
	flags.StringVar(&o.leaderElectionNamespace, "leader-election-namespace", "",
		"Namespace of the lease. In a cluster, the operator's own namespace is the default.")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081",
		"Address of /healthz and /readyz; 0 turns them off.")
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", "0",
		"Address of /metrics; 0 turns it off.")
	flags.BoolVar(&o.metricsSecure, "metrics-secure", true,
		"Serve /metrics by HTTPS, to who may get it: the API server is asked who that is. Otherwise it is plain, for everybody.")
	flags.Func("namespaces", "Namespaces to work in, separated by commas; "+here+" is the operator's own. "+
		"It then needs no rights beyond them, and serves no cluster-wide kinds. Absent means the whole cluster.", o.setNamespaces)
	flags.IntVar(&o.statusBytesPerSecond, "status-bytes-per-second", budget.DefaultBytesPerSecond,
		"How many bytes a second all statuses together may take of the API server. "+
			"Where more would be written, statuses are refreshed less often than their interval, and say so.")
	flags.IntVar(&o.windowMemory, "window-memory-bytes", usage.DefaultWindowMemory,
		"How many bytes of memory all rows with windows may take, and those of one namespace a quarter of. Beyond that, further rows have no statistics, and their reports say so.")
	flags.StringVar(&o.checkpoints.Namespace, "checkpoint-namespace", "",
		"Namespace of the checkpoints. The operator's own namespace is the default, outside of a cluster "+defaultNamespace+".")
	flags.DurationVar(&o.checkpoints.Interval, "checkpoint-interval", keeper.DefaultInterval,
		"How often the checkpoint of each report is written: what a kill can cost of its samples.")
	flags.IntVar(&o.checkpoints.BytesPerSecond, "checkpoint-bytes-per-second", keeper.DefaultBytesPerSecond,
		"How many bytes a second all checkpoints together may take. Where more would be written, they are written less often.")
	// GetConfig of controller-runtime reads --kubeconfig from the global flags.
	if kubeconfig := flag.Lookup("kubeconfig"); kubeconfig != nil {
		flags.Var(kubeconfig.Value, kubeconfig.Name, kubeconfig.Usage)
	}
	o.log.BindFlags(flags)
	return flags
}

// check refuses what cannot work, and finds the operator's namespace.
func (o *options) check() error {
	if o.statusBytesPerSecond < 1 {
		return fmt.Errorf("--status-bytes-per-second is %d: nothing could be written; leave it out for the default of %d",
			o.statusBytesPerSecond, budget.DefaultBytesPerSecond)
	}
	if o.windowMemory < 0 {
		return fmt.Errorf("--window-memory-bytes is %d: 0 keeps windows for totals only; leave it out for the default of %d",
			o.windowMemory, usage.DefaultWindowMemory)
	}
	return o.checkCheckpoints()
}

func (o *options) checkCheckpoints() error {
	c := &o.checkpoints
	switch {
	case c.Interval < time.Second:
		return fmt.Errorf("--checkpoint-interval is %s: it must be 1s at least; leave it out for the default of %s", c.Interval, keeper.DefaultInterval)
	case c.BytesPerSecond < 1:
		return fmt.Errorf("--checkpoint-bytes-per-second is %d: nothing could be written; leave it out for the default of %d",
			c.BytesPerSecond, keeper.DefaultBytesPerSecond)
	case c.Namespace == "":
		c.Namespace = ownNamespace(namespaceFile)
	}
	return nil
}

// here stands for the operator's own namespace.
const here = "."

// setNamespaces takes the value of --namespaces.
func (o *options) setNamespaces(list string) error {
	o.namespaces = nil
	for name := range strings.SplitSeq(list, ",") {
		if name == here {
			name = ownNamespace(namespaceFile)
		}
		if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
			return fmt.Errorf("%q is not the name of a namespace: %s", name, problems[0])
		}
		o.namespaces = append(o.namespaces, name)
	}
	slices.Sort(o.namespaces)
	o.namespaces = slices.Compact(o.namespaces)
	return nil
}

const (
	// namespaceFile is where a pod finds its namespace.
	namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
	// defaultNamespace is the one that config/ installs into.
	defaultNamespace = "usage-operator-system"
)

func ownNamespace(file string) string {
	if text, err := os.ReadFile(file); err == nil && len(bytes.TrimSpace(text)) > 0 {
		return string(bytes.TrimSpace(text))
	}
	return defaultNamespace
}

// logger writes JSON to stderr, where any node's logging agent finds it.
func (o *options) logger() logr.Logger { return zap.New(zap.UseFlagOptions(&o.log)) }
