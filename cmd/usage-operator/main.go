// Command usage-operator reports what pods use of CPU and memory, and whether it
// is what they asked for, in the status of UsageReports and ClusterUsageReports.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	_ "time/tzdata" // the zones of accounts, since the image has no files of them

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "usage-operator:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if o.version {
		_, err := fmt.Println(thisBuild())
		return err
	}
	ctrl.SetLogger(o.logger())
	ctrl.Log.Info("This is usage-operator", thisBuild().pairs()...)
	klog.SetLogger(ctrl.Log.WithName("client-go"))
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find a cluster to work on: %w", err)
	}
	mgr, err := newManager(config, o)
	if err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}
