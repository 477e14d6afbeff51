// Package rbac shows that the operator has the rights that it needs, and no others. It lets the operator do all that it
// does, and notes down what is asked of the API server. No request may be refused: no right is missing. Each right must
// have been made use of: none is there for nothing. And without it, such a request must be refused: no other gives the
// same. So whatever rule is taken away, the operator is refused something, and the test fails.
package rbac

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// resolution is the shortest that metrics-server has.
const resolution = 10 * time.Second

// limit bounds the wait for anything.
const limit = 90 * time.Second

// api is the administrator's client.
var api client.WithWatch

func TestEveryRuleIsNeeded(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test starts a cluster")
	}
	s := newScenario(t)
	if err := s.play(t); err != nil {
		t.Fatal(err)
	}
	for _, r := range rolesOfOperator(t) {
		for _, g := range grantsOf(*r.rules) {
			t.Run(g.String(), func(t *testing.T) {
				if !s.recorder.saw(g) {
					t.Error("the operator never asks for this: it does not need the right, or the test does not show what for")
				}
				r.lacking(t, g, func() {})
			})
		}
	}
	t.Run("a refusal is noticed", s.testRefusal)
}

// testRefusal plays without a right.
func (s *scenario) testRefusal(t *testing.T) {
	needed := grant{rbacv1.PolicyRule{APIGroups: []string{"events.k8s.io"}, Resources: []string{"events"}, Verbs: []string{"create"}}}
	for _, r := range rolesOfOperator(t) {
		if !r.has(needed) {
			continue
		}
		r.lacking(t, needed, func() {
			err := s.play(t)
			if err == nil || !strings.Contains(err.Error(), needed.String()) {
				t.Errorf("without the right to %s, the result is: %v", needed, err)
			}
		})
		return
	}
	t.Fatalf("no role gives the right to %s", needed)
}

// startCluster starts a cluster and installs the operator, which does not run yet. The cluster ends with the test.
func (s *scenario) startCluster(t *testing.T) {
	t.Helper()
	dir := filepath.Join(s.dir, "cluster")
	t.Cleanup(func() {
		if err := cluster.Down(dir, os.Stderr); err != nil {
			t.Error(err)
		}
	})
	c, err := cluster.Up(t.Context(), cluster.Options{Dir: dir, Nodes: 1, MetricResolution: resolution, Out: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.RESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	s.installOperator(t, c, config)
	config.QPS = -1
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	if api, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
}

// installOperator builds the operator, and gives it its rights and a way to the API server past the recorder.
func (s *scenario) installOperator(t *testing.T, c *cluster.Cluster, config *rest.Config) {
	t.Helper()
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := operator.Install(t.Context(), c, root); err != nil {
		t.Fatal(err)
	}
	if s.program, err = operator.Build(t.Context(), root, s.dir); err != nil {
		t.Fatal(err)
	}
	s.kubeconfig = filepath.Join(s.dir, "operator.kubeconfig")
	if err := operator.WriteKubeconfig(t.Context(), c, operator.Namespace, s.kubeconfig); err != nil {
		t.Fatal(err)
	}
	s.recorder = newRecorder(t, config)
	s.recorder.lead(t, s.kubeconfig)
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
