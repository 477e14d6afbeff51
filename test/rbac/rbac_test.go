// Package rbac takes the operator's rights away from it, one at a time, and looks whether that is noticed. A right that
// nobody misses must not be asked for.
package rbac

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// resolution is the shortest that metrics-server has.
const resolution = 10 * time.Second

// limit bounds the wait for anything.
const limit = 90 * time.Second

// api is the administrator's client.
var api client.WithWatch

// TestEveryRuleIsNeeded runs the operator once with all of its rights, and once without each: the first run must show
// all that it does, and the others must fail at that or say what is forbidden.
func TestEveryRuleIsNeeded(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test starts a cluster")
	}
	s := newScenario(t)
	if err := s.play(t); err != nil {
		t.Fatalf("with all rights: %v", err)
	}
	for _, r := range rolesOfOperator(t) {
		all := slices.Clone(*r.rules)
		for _, g := range grantsOf(all) {
			t.Run(g.String(), func(t *testing.T) {
				r.set(t, g, false, without(all, g))
				defer r.set(t, g, true, all)
				err := s.play(t)
				if err == nil {
					t.Fatal("all goes on without this right: it is not needed, or this test does not show what for")
				}
				t.Log(err)
			})
		}
	}
}

// startCluster starts a cluster and installs the operator, which does not run yet. The cluster ends with the test.
func startCluster(t *testing.T, dir string) (program, kubeconfig string) {
	t.Helper()
	clusterDir := filepath.Join(dir, "cluster")
	t.Cleanup(func() {
		if err := cluster.Down(clusterDir, os.Stderr); err != nil {
			t.Error(err)
		}
	})
	c, err := cluster.Up(t.Context(), cluster.Options{Dir: clusterDir, Nodes: 1, MetricResolution: resolution, Out: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := operator.Install(t.Context(), c, root); err != nil {
		t.Fatal(err)
	}
	if program, err = operator.Build(t.Context(), root, dir); err != nil {
		t.Fatal(err)
	}
	kubeconfig = filepath.Join(dir, "operator.kubeconfig")
	if err := operator.WriteKubeconfig(t.Context(), c, operator.Namespace, kubeconfig); err != nil {
		t.Fatal(err)
	}
	config, err := c.RESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	if api, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
	return program, kubeconfig
}

// eventually waits until condition returns nil, and fails with its last error.
func eventually(t *testing.T, condition func(context.Context) error) {
	t.Helper()
	if err := within(t.Context(), condition); err != nil {
		t.Fatal(err)
	}
}

// final is an error that no waiting mends.
type final struct{ error }

// within waits until condition returns nil or something final, and returns its last error.
func within(ctx context.Context, condition func(context.Context) error) (last error) {
	_ = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, limit, true, func(ctx context.Context) (bool, error) {
		if err := condition(ctx); ctx.Err() == nil {
			last = err
		}
		_, isFinal := errors.AsType[final](last)
		return last == nil || isFinal, nil
	})
	return last
}
