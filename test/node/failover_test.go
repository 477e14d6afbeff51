package node

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// handover bounds how long nobody leads when a leader is told to end. It releases its lease, which otherwise runs out
// after 15 seconds.
const handover = 12 * time.Second

// formerLog is what the first leader had written when it ended.
var formerLog string

// newSteadyReport reports on a pod that goes on and on.
func newSteadyReport(t *testing.T) *v1alpha1.UsageReport {
	t.Helper()
	namespace := newNamespace(t, "steady")
	create(t, workload{name: "steady", mebibytes: 32}.pod(namespace))
	return newReport(t, namespace)
}

// testFailover deletes the leader's pod. The other operator has to take over and go on with a report.
func testFailover(t *testing.T, r *v1alpha1.UsageReport) {
	awaitReport(t, r, func() error { return isComplete(r, 1) })

	first := mustLead(t)
	log := openLog(t, first, true)
	if err := api.Delete(t.Context(), podNamed(first)); err != nil {
		t.Fatal(err)
	}
	formerLog = readLog(t, log)
	ended := time.Now()
	eventually(t, handover, func(ctx context.Context) error {
		second, err := leader(ctx)
		if err == nil && second == first {
			err = fmt.Errorf("%s still leads", first)
		}
		return err
	})
	before := r.Status.SampleTime
	awaitReport(t, r, func() error {
		if r.Status.SampleTime == before {
			return fmt.Errorf("the samples are still those of %s", before)
		}
		return isComplete(r, 1)
	})
	t.Logf("a sample is in a report %s after the leader's end", time.Since(ended).Round(time.Second))
}

func podNamed(name string) *corev1.Pod {
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = operator.Namespace, name
	return pod
}

// leader is the pod that holds the lease.
func leader(ctx context.Context) (string, error) {
	pods, err := operatorPods(ctx)
	if err != nil {
		return "", err
	}
	var leases coordinationv1.LeaseList
	if err := api.List(ctx, &leases, client.InNamespace(operator.Namespace)); err != nil {
		return "", err
	}
	if len(leases.Items) != 1 {
		return "", fmt.Errorf("there are %d leases, want one", len(leases.Items))
	}
	holder := leases.Items[0].Spec.HolderIdentity
	for _, p := range pods {
		// The name of a pod is that of its host, which an operator's identity begins with.
		if holder != nil && strings.HasPrefix(*holder, p.Name+"_") {
			return p.Name, nil
		}
	}
	return "", fmt.Errorf("the lease is held by no operator")
}

func mustLead(t *testing.T) (name string) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) (err error) {
		name, err = leader(ctx)
		return err
	})
	return name
}

// testRights looks at how the operators fared: the one that led, the one that leads, and the one in reserve.
func testRights(t *testing.T) {
	logs := map[string]string{"the former leader": formerLog}
	kubectl(t, "", "rollout", "status", "-n", operator.Namespace, "deployment/usage-operator", "--timeout=2m")
	for _, pod := range mustHavePods(t) {
		logs[pod.Name] = readLog(t, openLog(t, pod.Name, false))
		if c := pod.Status.ContainerStatuses[0]; c.RestartCount > 0 {
			t.Errorf("%s was started again %d times: %+v", pod.Name, c.RestartCount, c.LastTerminationState)
		}
	}
	for name, log := range logs {
		if log == "" {
			t.Errorf("%s has written nothing", name)
		}
		for line := range strings.Lines(log) {
			if strings.Contains(strings.ToLower(line), "forbidden") {
				t.Errorf("%s lacks a right: %s", name, line)
			}
		}
	}
}
