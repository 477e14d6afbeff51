package faults

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/apiserver"
	"github.com/usage-operator/usage-operator/test/operator"
	"github.com/usage-operator/usage-operator/test/stage"
)

// twoTicks is within what time all must be as it was after a fault.
const twoTicks = 2 * 15 * time.Second

// patience bounds the wait for what should take no longer than that, so that a test
// tells by how much it was late.
const patience = 90 * time.Second

// scene is a stage with operators, and what they work for.
type scene struct {
	*stage.Stage
	replicas    []*replica
	shop, aside *tenant
	report      *v1alpha1.ClusterUsageReport
	threshold   *v1alpha1.ClusterResourceThreshold
	// before is how large the leader was before the first fault.
	before size
}

// newScene sets a scene with so many replicas of the operator, and waits until all
// has worked once.
func newScene(t *testing.T, replicas int, o stage.Options) *scene {
	t.Helper()
	s := &scene{Stage: stage.NewWith(t, o), report: newClusterReport(), threshold: newClusterThreshold()}
	s.Env = sizeable
	s.shop, s.aside = newTenant(t, s.Stage, "shop", "node-1"), newTenant(t, s.Stage, "aside", "node-2")
	s.Create(t, s.report, s.threshold)
	flags := []string{"--checkpoint-interval=1s", "--metrics-secure=false"}
	if replicas > 1 {
		flags = append(flags, "--leader-elect", "--leader-election-namespace="+operator.Namespace)
	}
	for i := range replicas {
		address := apiserver.FreeAddress(t)
		o := s.Operator(t, fmt.Sprintf("replica-%d", i), append(flags, "--metrics-bind-address="+address)...)
		s.replicas = append(s.replicas, &replica{Running: o, address: address})
	}
	s.await(t, "the start", s.isRight)
	for range 2 {
		s.flip()
		s.goesOn(t, s.shop, s.aside)
	}
	s.await(t, "the first crossings", s.isRight)
	s.before = s.leader(t).size(t)
	return s
}

// flip lets the pods of both tenants cross the level, or come back from it.
func (s *scene) flip() {
	s.shop.flip(s.Metrics)
	s.aside.flip(s.Metrics)
}

// await waits until nothing is wrong, and returns for how long.
func (s *scene) await(t *testing.T, what string, wrong func(context.Context) error) time.Duration {
	t.Helper()
	begin := time.Now()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 200*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		now := wrong(ctx)
		if now != nil && ctx.Err() == nil { // else it would be that the time is over
			last = now
		}
		return now == nil, nil
	})
	if err != nil {
		t.Fatalf("%s: not so after %s: %v", what, patience, last)
	}
	took := time.Since(begin)
	if took > twoTicks/2 {
		t.Logf("%s took %s; before that, %v", what, took.Round(time.Second), last)
	}
	return took
}

// replica is one operator of a scene.
type replica struct {
	*operator.Running
	// address is that of its metrics.
	address string
}

// leader returns the replica that leads.
func (s *scene) leader(t *testing.T) (leads *replica) {
	t.Helper()
	if len(s.replicas) == 1 {
		return s.replicas[0]
	}
	s.await(t, "a leader", func(ctx context.Context) error {
		for _, r := range s.replicas {
			if m, err := r.metrics(ctx); err == nil && m["leader_election_master_status"] == 1 {
				leads = r
				return nil
			}
		}
		return fmt.Errorf("none of %d replicas leads", len(s.replicas))
	})
	return leads
}
