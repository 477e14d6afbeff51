package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// unsampled is the usage of a pod that metrics-server leaves out.
var unsampled = usage("0", "0")

// TestCoverageOfANewPod adds a pod that never gets a sample: at first since it is
// new, then for no reason that can be known.
func TestCoverageOfANewPod(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "new", nil)
	runPod(t, namespace, "old", usage("50m", "32Mi"), "web")
	r := reportOn(t, namespace)
	runPod(t, namespace, "new", unsampled, "web")
	awaitMissing(t, r, v1alpha1.MissingSample{Namespace: namespace, Pod: "new", Reason: v1alpha1.MissingTooNew})
	mustBeIncomplete(t, r, 1, 2)
	awaitMissing(t, r, v1alpha1.MissingSample{Namespace: namespace, Pod: "new", Reason: v1alpha1.MissingUnknown})
	mustBeIncomplete(t, r, 1, 2)
}

// TestCoverageOfARestartedContainer starts a container again, which has used
// nothing since, and then lets it work.
func TestCoverageOfARestartedContainer(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "restart", nil)
	runPod(t, namespace, "steady", usage("50m", "32Mi"), "web")
	web := runPod(t, namespace, "web", usage("50m", "32Mi"), "web", "proxy")
	r := reportOn(t, namespace)
	annotate(t, web, unsampled)
	patchStatus(t, web, func(s *corev1.PodStatus) {
		s.ContainerStatuses[0].RestartCount++
		s.ContainerStatuses[0].State.Running.StartedAt = metav1.Now()
	})
	awaitMissing(t, r, v1alpha1.MissingSample{Namespace: namespace, Pod: "web", Reason: v1alpha1.MissingContainerRestarted})
	mustBeIncomplete(t, r, 1, 3)
	annotate(t, web, usage("50m", "32Mi"))
	awaitCondition(t, r, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled)
	awaitMissing(t, r)
}

// TestCoverageOfALostNode lets a node of its own answer no more, and answer
// again.
func TestCoverageOfALostNode(t *testing.T) {
	t.Parallel()
	allNodes.Lock()
	t.Cleanup(allNodes.Unlock)
	node := newNode(t, "coverage")
	namespace, other := newNamespace(t, "lost", nil), newNamespace(t, "lost", nil)
	for _, name := range []string{"a", "b", "c"} {
		runPodOn(t, node.Name, namespace, name)
	}
	runPodOn(t, node.Name, other, "alone")
	runPod(t, namespace, "elsewhere", usage("50m", "32Mi"), "web")
	mine := reportOn(t, namespace)
	all := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	all.Spec.Namespaces = []string{namespace, other}
	all.Spec.ReportSettings = fastest
	create(t, all)
	awaitCondition(t, all, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled)

	const path = "metrics.k8s.io/resource-metrics-path"
	right := node.Annotations[path]
	annotate(t, node, map[string]string{path: "/nowhere"})
	awaitMissing(t, mine, v1alpha1.MissingSample{Node: node.Name, Pods: 3, Reason: v1alpha1.MissingNodeLost})
	mustBeIncomplete(t, mine, 1, 4)
	awaitMissing(t, all, v1alpha1.MissingSample{Node: node.Name, Pods: 4, Reason: v1alpha1.MissingNodeLost})
	annotate(t, node, map[string]string{path: right})
	for _, r := range []v1alpha1.ReportObject{mine, all} {
		awaitCondition(t, r, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled)
		awaitMissing(t, r)
	}
}

// TestCoverageOfWhatHasEnded runs a Job whose pods end at once, and then lets one
// container of another pod end.
func TestCoverageOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	const runs = 3
	namespace := newNamespace(t, "ended", nil)
	web := runPod(t, namespace, "web", usage("50m", "32Mi"), "once", "web")
	r := reportOn(t, namespace)
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "short"}}
	job.Spec.Completions, job.Spec.Parallelism = new(int32(runs)), new(int32(runs))
	job.Spec.Template = podTemplate(nil, nil, container{name: "work"})
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	create(t, job)
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(job), job); err != nil {
			return err
		}
		if job.Status.Succeeded != runs {
			return fmt.Errorf("%d runs have succeeded", job.Status.Succeeded)
		}
		return nil
	})
	patchStatus(t, web, func(s *corev1.PodStatus) {
		s.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			StartedAt: metav1.Now(), FinishedAt: metav1.Now(), Reason: "Completed"}}
	})
	awaitMissing(t, r, v1alpha1.MissingSample{Namespace: namespace, Pod: "web", Container: "once", Reason: v1alpha1.MissingNotRunning})
	if got := r.Status.Coverage.UnsampledRuns; got != runs {
		t.Errorf("%d unsampled runs, want %d", got, runs)
	}
	if got, want := *r.Status.Coverage.Containers, (v1alpha1.Observed{Expected: 1, Observed: 1}); got != want {
		t.Errorf("containers %+v, want %+v", got, want)
	}
	if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled); err != nil {
		t.Errorf("what does not run is not missing: %v", err)
	}
}

// reportOn creates a report over a namespace and waits until nothing is missing.
func reportOn(t *testing.T, namespace string) *v1alpha1.UsageReport {
	t.Helper()
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitCondition(t, r, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled)
	return r
}

func awaitMissing(t *testing.T, r v1alpha1.ReportObject, want ...v1alpha1.MissingSample) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		if diff := cmp.Diff(want, r.ReportStatus().Coverage.Missing); diff != "" {
			return fmt.Errorf("missing (-want +got):\n%s", diff)
		}
		return nil
	})
}

// mustBeIncomplete compares the containers and requires Complete to be False.
func mustBeIncomplete(t *testing.T, r *v1alpha1.UsageReport, observed, expected int32) {
	t.Helper()
	if got, want := *r.Status.Coverage.Containers, (v1alpha1.Observed{Expected: expected, Observed: observed}); got != want {
		t.Errorf("containers %+v, want %+v", got, want)
	}
	if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionFalse, v1alpha1.ReasonSamplesMissing); err != nil {
		t.Error(err)
	}
}
