// Sums prints what the pods of each namespace use, with the operator's own
// reader of the Metrics API: the namespace, nanocores and bytes. It is the
// contestant of "kubectl top pods -A | awk" in the race.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the cluster")
	flag.Parse()
	if err := run(context.Background(), *kubeconfig, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sums:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig string, out io.Writer) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	reader, err := metricsapi.New(config, clock.RealClock{})
	if err != nil {
		return err
	}
	var samples model.Samples
	if err := reader.Read(ctx, nil, &samples); err != nil {
		return err
	}
	return write(out, &samples)
}

// write sums and prints in one pass, since the samples come sorted by namespace.
func write(out io.Writer, s *model.Samples) error {
	w := bufio.NewWriter(out)
	var sum model.Amounts
	for i := range s.Pods {
		for _, c := range s.Of(&s.Pods[i]) {
			for r := range sum {
				sum[r] += c.Usage[r]
			}
		}
		if last := i == len(s.Pods)-1; last || s.Pods[i+1].Namespace != s.Pods[i].Namespace {
			fmt.Fprintln(w, s.Pods[i].Namespace, sum[model.CPU], sum[model.Memory])
			sum = model.Amounts{}
		}
	}
	return w.Flush()
}
