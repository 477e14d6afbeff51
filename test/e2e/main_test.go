// Package e2e tests the operator as a user runs it: the real program with the
// rights of its own service account, on a local cluster with a real API server,
// scheduler and metrics-server.
package e2e

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	nodes = 4
	// resolution is the shortest that metrics-server has.
	resolution = 10 * time.Second
	// soon bounds the wait for anything that takes a few ticks.
	soon = 90 * time.Second
)

// checkpointInterval is what a kill of the operator may cost.
const checkpointInterval = 5 * time.Second

// local is the cluster that all tests share, api the administrator's client, and
// underTest the operator.
var (
	local     *cluster.Cluster
	api       client.Client
	underTest *operator.Running
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("skipped: -short, and these tests start a cluster")
		return
	}
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// runAll runs the tests between the start of a cluster and its end.
func runAll(m *testing.M) (code int, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "usage-operator-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	clusterDir := filepath.Join(dir, "cluster")
	defer func() {
		if downErr := cluster.Down(clusterDir, os.Stderr); err == nil {
			err = downErr
		}
	}()
	local, err = cluster.Up(ctx, cluster.Options{Dir: clusterDir, Nodes: nodes, MetricResolution: resolution, Out: os.Stderr})
	if err != nil {
		return 1, err
	}
	if api, err = newClient(); err != nil {
		return 1, err
	}
	underTest, err = operator.Start(ctx, local, dir, "--checkpoint-interval="+checkpointInterval.String())
	if err != nil {
		return 1, err
	}
	defer func() {
		if stopErr := underTest.Stop(); err == nil {
			err = stopErr
		}
	}()
	code = m.Run()
	log, err := os.ReadFile(underTest.Log)
	if err != nil {
		return 1, err
	}
	if bytes.Contains(bytes.ToLower(log), []byte("forbidden")) {
		fmt.Fprintln(os.Stderr, "e2e: the operator lacks a right, see its log")
		code = 1
	}
	if code != 0 {
		fmt.Fprintf(os.Stderr, "The end of the operator's log:\n%s\n", log[max(len(log)-16<<10, 0):])
	}
	return code, nil
}

func newClient() (client.Client, error) {
	config, err := local.RESTConfig()
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return client.New(config, client.Options{Scheme: scheme})
}
