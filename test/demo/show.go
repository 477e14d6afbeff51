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
}

// next are the commands to try, below the ones that were shown.
const next = `
The demo stays up until "make demo-down". Try next:

  export KUBECONFIG=%s
  kubectl get usagereports -A -w                      # numbers move with every sample
  kubectl scale deployment/web -n shop --replicas=20  # the report follows within its interval, 1m
  kubectl get usr -A -o wide                          # with percentiles over the last hour
  kubectl explain usagereport.spec                    # what else a report can do

The operator's log is %s.
`

// show prints what a user would see.
func (s *session) show(ctx context.Context) error {
	for _, args := range shown {
		fmt.Printf("\n$ kubectl %s\n", strings.Join(args, " "))
		out, err := s.run(ctx, "", s.absolute(args)...)
		if err != nil {
			return err
		}
		fmt.Print(out)
	}
	fmt.Printf(next, short(s.kubeconfig), short(s.operatorLog()))
	return nil
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
