package rbac

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// namespace is that of the pod that is watched.
const namespace = "shop"

// scenario is all that the operator needs rights for, played on one cluster again and again.
type scenario struct {
	dir, program, kubeconfig string
	recorder                 *recorder
	scraper                  *scraper
	plays                    int
	reports                  []v1alpha1.ReportObject
	thresholds               []v1alpha1.ThresholdObject
	orphans                  []*v1alpha1.UsageCheckpoint
}

// newScenario starts the cluster. Its pod is old enough for numbers when the first operator starts.
func newScenario(t *testing.T) *scenario {
	s := &scenario{dir: t.TempDir()}
	s.startCluster(t)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: "web",
		Annotations: map[string]string{"kwok.x-k8s.io/usage-cpu": "100m", "kwok.x-k8s.io/usage-memory": "64Mi"},
	}}
	pod.Spec.Containers = []corev1.Container{{Name: "web", Image: "simulated"}}
	mustCreate(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, pod)
	s.scraper = newScraper(t)
	return s
}

func mustCreate(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		// The service account of a new namespace, which a pod needs, takes a moment.
		eventually(t, func(ctx context.Context) error { return client.IgnoreAlreadyExists(api.Create(ctx, o)) })
	}
}

func mustDelete(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		if err := api.Delete(t.Context(), o); client.IgnoreNotFound(err) != nil {
			t.Fatalf("delete %T %s: %v", o, o.GetName(), err)
		}
	}
}

// play lets an operator begin, work and end, and then once more, as if it had been killed before it could note down that
// it has told of something. It returns what went wrong.
func (s *scenario) play(t *testing.T) error {
	t.Helper()
	s.prepare(t)
	o := operator.New(s.program, s.kubeconfig, filepath.Join(s.dir, fmt.Sprintf("operator-%d.log", s.plays)),
		"--leader-elect", "--leader-election-namespace="+operator.Namespace, "--checkpoint-interval=1s",
		"--metrics-bind-address="+s.scraper.address)
	// Where the API server can do so, it streams lists as watches. The right to list is for where it cannot.
	o.Env = []string{"KUBE_FEATURE_WatchListClient=false"}
	past := watchCheckpoints(t)
	defer past.Stop()

	told, others := s.thresholds[0], s.owners()[1:]
	if err := s.run(t, o, s.works, deletion(others), areForgotten(others)); err != nil {
		return err
	}
	rewound := past.rewind(t, told)
	last := []client.Object{told}
	return s.run(t, o, isWrittenAfter(rewound), deletion(last), areForgotten(last))
}

// run runs an operator until each of some conditions was met, one after the other.
func (s *scenario) run(t *testing.T, o *operator.Running, conditions ...func(context.Context) error) (err error) {
	t.Helper()
	if err := o.Again(); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(conditions) && err == nil; i++ {
		err = within(t.Context(), func(ctx context.Context) error {
			if err := s.recorder.refusal(); err != nil {
				return final{err}
			}
			return conditions[i](ctx)
		})
	}
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
	if err == nil {
		err = hasReleasedLease(t.Context())
	}
	if err == nil {
		err = s.recorder.refusal()
	}
	return err
}

// prepare makes reports and thresholds, and checkpoints of such that were deleted while no operator ran. What an earlier
// play has left is removed.
func (s *scenario) prepare(t *testing.T) {
	t.Helper()
	s.plays++
	mustDelete(t, s.owners()...)
	for _, left := range []client.Object{&v1alpha1.UsageCheckpoint{}, &coordinationv1.Lease{}} {
		if err := api.DeleteAllOf(t.Context(), left, client.InNamespace(operator.Namespace)); err != nil {
			t.Fatal(err)
		}
	}
	s.reports, s.thresholds, s.orphans = s.newReports(), s.newThresholds(), nil
	for _, kind := range []string{"UsageReport", "ClusterUsageReport", "ResourceThreshold", "ClusterResourceThreshold"} {
		s.orphans = append(s.orphans, orphan(kind))
	}
	mustCreate(t, s.owners()...)
	for _, o := range s.orphans {
		mustCreate(t, o)
	}
}

// owners are those that have checkpoints, thresholds first.
func (s *scenario) owners() (all []client.Object) {
	for _, x := range s.thresholds {
		all = append(all, x)
	}
	for _, r := range s.reports {
		all = append(all, r)
	}
	return all
}

// meta names an object of this play.
func (s *scenario) meta(namespace string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("play-%d", s.plays)}
}

func (s *scenario) newReports() []v1alpha1.ReportObject {
	pods := &v1alpha1.UsageReport{ObjectMeta: s.meta(namespace)}
	everywhere := &v1alpha1.ClusterUsageReport{ObjectMeta: s.meta("")}
	everywhere.Spec.Namespaces = []string{namespace}
	// For this level it reads of every kind that owns pods.
	everywhere.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload, Level: v1alpha1.LevelTop}}
	nodes := &v1alpha1.ClusterUsageReport{ObjectMeta: s.meta("")}
	nodes.Name += "-nodes"
	nodes.Spec.Target = v1alpha1.TargetNodes
	return []v1alpha1.ReportObject{pods, everywhere, nodes}
}

// newThresholds are crossed.
func (s *scenario) newThresholds() []v1alpha1.ThresholdObject {
	mine := &v1alpha1.ResourceThreshold{ObjectMeta: s.meta(namespace)}
	everywhere := &v1alpha1.ClusterResourceThreshold{ObjectMeta: s.meta("")}
	everywhere.Spec.Namespaces = []string{namespace}
	thresholds := []v1alpha1.ThresholdObject{mine, everywhere}
	for _, x := range thresholds {
		settings := x.ThresholdSettings()
		settings.Resource, settings.Measure = v1alpha1.ResourceCPU, v1alpha1.MeasureUsage
		settings.Levels = []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Above: "50m"}}
	}
	return thresholds
}

// orphan is the checkpoint of something that never was.
func orphan(kind string) *v1alpha1.UsageCheckpoint {
	owner := v1alpha1.CheckpointOwner{Kind: kind, Name: "gone", UID: "gone-" + strings.ToLower(kind)}
	if !strings.HasPrefix(kind, "Cluster") {
		owner.Namespace = namespace
	}
	return &v1alpha1.UsageCheckpoint{
		ObjectMeta: metav1.ObjectMeta{Namespace: operator.Namespace, Name: owner.UID},
		CheckpointContent: v1alpha1.CheckpointContent{
			Owner: owner, Version: 1, WriteTime: v1alpha1.NewTimestamp(time.Now()),
		},
	}
}
