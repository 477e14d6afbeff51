// Package e2e tests the operator as a user runs it: the real program with the
// rights of its own service account, on a local cluster with a real API server,
// scheduler and metrics-server.
//
// Nearly all of the time goes by waiting for metrics-server, which looks at the nodes
// every ten seconds, and a pod's first numbers come with its third look. So the
// tests wait together, on one cluster, and the longest of them says how long all
// take: some two and a half minutes. A new test joins them:
//
//   - It begins with t.Parallel().
//   - It makes namespaces of its own with newNamespace, and all else with create;
//     what has no namespace gets a name that no other test uses. A cluster report
//     names its namespaces.
//   - It does nothing that others can notice. One that compares all nodes, or adds
//     one, holds allNodes. A Job runs on if its pods are runningOn.
//   - It waits with eventually, for soon where some ticks are needed, and bounds
//     nothing more closely than a busy machine of two cores can keep.
//
// A test that stops the operator, metrics-server or anything else that is shared
// begins with
//
//	if !alone(t) {
//		return
//	}
//
// and has a cluster to itself, beside all others; three of them run at a time.
// What needs no scheduler, no metrics-server and no rights of the operator is
// better tested elsewhere, in seconds.
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
	// together is how many tests may run at once: all of them.
	together = "100"
	// soon bounds the wait for anything that takes a few ticks.
	soon = 90 * time.Second
)

// checkpointInterval is what a kill of the operator may cost.
const checkpointInterval = 5 * time.Second

// local is the cluster, which is shared by all tests but those that are alone, api
// the administrator's client, and underTest the operator. A process that runs one
// test alone is given the program that was built already.
var (
	local     *cluster.Cluster
	api       client.Client
	program   = os.Getenv(programEnv)
	underTest *operator.Running
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("skipped: -short, and these tests start a cluster")
		return
	}
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
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
	if err := setUp(ctx, clusterDir, dir); err != nil {
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

// setUp starts the cluster and the operator.
func setUp(ctx context.Context, clusterDir, dir string) (err error) {
	local, err = cluster.Up(ctx, cluster.Options{Dir: clusterDir, Nodes: nodes, MetricResolution: resolution, Out: os.Stderr})
	if err != nil {
		return err
	}
	if api, err = newClient(); err != nil {
		return err
	}
	if err := letJobsRunOn(ctx); err != nil {
		return err
	}
	if program == "" {
		root, err := operator.Checkout(ctx)
		if err != nil {
			return err
		}
		if program, err = operator.Build(ctx, root, dir); err != nil {
			return err
		}
	}
	underTest, err = operator.Start(ctx, local, program, dir, "--checkpoint-interval="+checkpointInterval.String())
	return err
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
