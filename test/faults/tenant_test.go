package faults

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

const (
	// podsEach is how many pods a tenant has. Each uses podCPU, always.
	podsEach = 3
	podCPU   = "100m"
	// calm and high are what a pod uses of its limit of 1Gi of memory: below the
	// level, and above it.
	calm, high = "512Mi", "900Mi"
)

// warning is the level.
var warning = []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Above: "80%"}}

// tenant is a namespace with pods, a report about them all, and a threshold over the
// memory of each.
type tenant struct {
	name      string
	pods      []*corev1.Pod
	report    *v1alpha1.UsageReport
	threshold *v1alpha1.ResourceThreshold
	// high tells whether the pods are above the level.
	high bool
	// told is what its threshold has to tell of each pod, and of itself; toldAll what
	// the threshold of the cluster has to tell of the namespace.
	told, toldAll story
	// before is what was told before the last crossing.
	before struct{ told, toldAll story }
}

// story is what a threshold has to tell of something, each as "reason severity".
type story []string

// cross adds that the level is crossed. A threshold that has told nothing yet has
// nothing to clear.
func (s *story) cross(high bool) {
	switch {
	case high:
		*s = append(*s, "Exceeded Warning")
	case len(*s) > 0:
		*s = append(*s, "Cleared Warning")
	}
}

func newTenant(t *testing.T, s *stage.Stage, name, node string) *tenant {
	t.Helper()
	n := &tenant{name: name}
	s.Create(t, stage.Namespace(name), stage.Node(node))
	for i := range podsEach {
		pod := stage.RunningPod(name, fmt.Sprintf("web-%d", i), "1", "1Gi")
		pod.Spec.NodeName = node
		s.Create(t, pod)
		s.Metrics.Use(pod, podCPU, calm)
		n.pods = append(n.pods, pod)
	}
	n.report, n.threshold = newReport(name), newThreshold(name)
	s.Create(t, n.report, n.threshold)
	return n
}

func newReport(namespace string) *v1alpha1.UsageReport {
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "all"}}
	r.Spec.ReportSettings = settings()
	return r
}

func newClusterReport() *v1alpha1.ClusterUsageReport {
	r := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "namespaces"}}
	r.Spec.GroupBy, r.Spec.ReportSettings = byNamespace, settings()
	return r
}

func settings() v1alpha1.ReportSettings {
	return v1alpha1.ReportSettings{
		Interval: "15s", Statistics: []v1alpha1.Statistic{v1alpha1.StatisticAverage},
		Periods: &v1alpha1.Periods{Every: v1alpha1.PeriodDay, Keep: 2},
	}
}

func newThreshold(namespace string) *v1alpha1.ResourceThreshold {
	x := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "memory"}}
	x.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	x.Spec.Resource, x.Spec.Measure, x.Spec.Levels = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits, warning
	return x
}

func newClusterThreshold() *v1alpha1.ClusterResourceThreshold {
	x := &v1alpha1.ClusterResourceThreshold{ObjectMeta: metav1.ObjectMeta{Name: "memory"}}
	x.Spec.GroupBy = byNamespace
	x.Spec.Resource, x.Spec.Measure, x.Spec.Levels = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits, warning
	return x
}

var byNamespace = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByNamespace}}

// memory is what each pod uses.
func (n *tenant) memory() string {
	if n.high {
		return high
	}
	return calm
}

// flip lets all pods cross the level, or come back from it.
func (n *tenant) flip(m *stage.Metrics) {
	n.high = !n.high
	n.before.told, n.before.toldAll = slices.Clone(n.told), slices.Clone(n.toldAll)
	n.told.cross(n.high)
	n.toldAll.cross(n.high)
	for _, pod := range n.pods {
		m.Use(pod, podCPU, n.memory())
	}
}
