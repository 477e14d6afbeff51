package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shown are the commands whose output the demo prints.
var shown = [][]string{
	{"get", "usagereports", "-A"},
	{"get", "clusterusagereports"},
	{"get", "usagereport", "by-workload", "-n", "shop", "-o", "go-template-file=config/samples/groups.tpl"},
	{"get", "resourcethresholds", "-n", "shop"},
	eventsOfCheckout,
}

// eventsOfCheckout tell of the workload that lives close to its memory limit.
var eventsOfCheckout = []string{"events", "-n", "shop", "--for", "deploy/checkout"}

// next are the commands to try, below the ones that were shown.
const next = `
The demo stays up until "make demo-down". Try next:

  export KUBECONFIG=%s
  kubectl get usagereports -A -w                      # numbers move with every sample
  kubectl scale deployment/web -n shop --replicas=20  # the report follows within its interval, 1m
  kubectl get usr -A -o wide                          # with percentiles over the last hour
  kubectl get events -A -w | grep Threshold           # what thresholds tell, as they tell it
  kubectl explain usagereport.spec                    # what else a report can do

The operator's log is %s.
`

// show prints what a user would see.
func (s *session) show(ctx context.Context) error {
	for _, args := range shown {
		if err := s.print(ctx, args...); err != nil {
			return err
		}
	}
	if err := s.relieve(ctx); err != nil {
		return err
	}
	fmt.Printf(next, short(s.kubeconfig), short(s.operatorLog()))
	return nil
}

// print runs a command of kubectl before the user's eyes.
func (s *session) print(ctx context.Context, args ...string) error {
	fmt.Printf("\n$ kubectl %s\n", strings.Join(args, " "))
	out, err := s.run(ctx, "", s.absolute(args)...)
	if err == nil {
		fmt.Print(out)
	}
	return err
}

// relieve lets the alert of checkout clear. On a real cluster, where usage is real,
// that is left to the user.
func (s *session) relieve(ctx context.Context) error {
	if s.local == nil {
		return nil
	}
	if err := s.print(ctx, "annotate", "pods", "-n", "shop", "-l", "app=checkout", "--overwrite", "kwok.x-k8s.io/usage-memory=300Mi"); err != nil {
		return err
	}
	fmt.Println("Waiting until the alert has cleared")
	if _, err := s.run(ctx, "", "wait", "resourcethreshold/memory", "-n", "shop", "--for=condition=Firing=false", "--timeout="+patience.String()); err != nil {
		return err
	}
	return s.print(ctx, eventsOfCheckout...)
}

// absolute lets kubectl find the files of the checkout.
func (s *session) absolute(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = strings.Replace(arg, "=config/", "="+s.path("config")+string(filepath.Separator), 1)
	}
	return out
}

// short names a file from the current folder where that is shorter.
func short(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(here, absolute); err == nil && len(relative) < len(absolute) {
		return relative
	}
	return absolute
}
