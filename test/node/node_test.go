// Package node tests the operator as it is installed: from config/default, in pods that a real kubelet runs in real
// containers, with numbers of the real metrics-server about programs whose use of processor time and memory is known.
//
// It needs root, and containerd or apt-get to get it; see CanHaveRealNode in package cluster. All of it runs in
// namespaces of its own. What a run that crashed has left is ended by the next one.
package node

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// soon bounds the wait for what takes a few ticks of metrics-server, one of which comes each 15 seconds.
const soon = 2 * time.Minute

// local is the cluster that all tests share, config how its administrator reaches it, api his client, and root the
// folder of the checkout.
var (
	local  *cluster.Cluster
	config *rest.Config
	api    client.Client
	root   string
)

var wanted = flag.Bool("real-node", false, "start a real node on this machine and test on it")

// TestNode shows one installation from its first pod to the last line of its log.
func TestNode(t *testing.T) {
	if !*wanted {
		t.Skip("-real-node is not set: make test-node sets it")
	}
	if err := cluster.CanHaveRealNode(t.Context(), "", t.Output()); err != nil {
		t.Skip(err)
	}
	start(t)
	install(t)
	// Its numbers come while other tests run.
	steady := newSteadyReport(t)
	t.Run("Pods", testPods)
	t.Run("Work", func(t *testing.T) {
		t.Run("KnownUsage", testKnownUsage)
		t.Run("Crossing", testCrossing)
		t.Run("OutOfMemory", testOutOfMemory)
	})
	t.Run("Metrics", testMetrics)
	t.Run("Failover", func(t *testing.T) { testFailover(t, steady) })
	t.Run("Rights", testRights)
}

// start starts the cluster, which ends with the test.
func start(t *testing.T) {
	var err error
	if root, err = operator.Checkout(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := folder(root)
	down := func() {
		if err := cluster.Down(dir, t.Output()); err != nil {
			t.Error(err)
		}
	}
	down()
	t.Cleanup(func() {
		down()
		mustLeaveNothing(t, dir)
	})
	local, err = cluster.Up(t.Context(), cluster.Options{Dir: dir, RealNode: true, Out: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if config, err = local.RESTConfig(); err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	if api, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
}

// folder is that of the cluster: the same in each run from this checkout, so that a run finds what an earlier one left.
func folder(checkout string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("usage-operator-node-%.4x", sha256.Sum256([]byte(checkout))))
}

// mustLeaveNothing looks for what could be left of the cluster in a folder.
func mustLeaveNothing(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("the folder %s is left", dir)
	}
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ", "/proc/[0-9]*/mounts"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			// A process may have ended meanwhile.
			if content, _ := os.ReadFile(path); bytes.Contains(content, []byte(dir)) {
				t.Errorf("of the cluster in %s there is something left in %s", dir, path)
			}
		}
	}
}
