package tenants

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// secret is in all that the tenant must not learn. What is called known he has been
// told.
const secret = "hush"

// What a tenant's pods use and declare. All of his together use less than one of the
// other's.
const (
	ownCPU, ownMemory     = "200m", "200Mi"
	ownLimit              = "500m"
	ownPods               = 6
	theirCPU, theirMemory = "7", "7Gi"
)

// world is what the matrix is tried in.
type world struct {
	*fixture
	own []*corev1.Pod
	// report and threshold are the other's.
	report    *v1alpha1.UsageReport
	threshold *v1alpha1.ResourceThreshold
}

// newWorld makes the other tenant with his secrets, and then the tenant with what
// claims to belong to them.
func newWorld(t *testing.T) *world {
	t.Helper()
	yes := map[string]string{"known": "yes", "team": secret + "-team", "pool": secret + "-pool"}
	other := stage.Namespace(theirs)
	other.Labels = yes
	own := stage.Namespace(mine)
	own.Labels = map[string]string{"team": "own"}
	w := &world{fixture: newFixture(t, own, other)}
	node := stage.Node("known")
	node.Labels = yes
	controlledBy(node, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: secret + "-machine", UID: "1"}}, "example.com/v1", "Machine")
	w.Create(t, node)
	set := w.theirPods(t, yes)
	w.theirObjects(t)
	w.ownPods(t, set, node)
	return w
}

// theirPods makes pods that belong to a Deployment.
func (w *world) theirPods(t *testing.T, labels map[string]string) *appsv1.ReplicaSet {
	t.Helper()
	selector := metav1.LabelSelector{MatchLabels: map[string]string{"known": "yes"}}
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "simulated"}}},
	}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: secret + "-deployment"},
		Spec:       appsv1.DeploymentSpec{Selector: &selector, Template: template},
	}
	w.Create(t, deployment)
	set := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "known"},
		Spec:       appsv1.ReplicaSetSpec{Selector: &selector, Template: template},
	}
	controlledBy(set, deployment, "apps/v1", "Deployment")
	w.Create(t, set)
	for _, name := range []string{secret + "-web-0", secret + "-web-1"} {
		pod := stage.RunningPod(theirs, name, theirCPU, theirMemory)
		pod.Labels, pod.Spec.NodeName = labels, "known"
		pod.Labels["app"] = "web"
		controlledBy(pod, set, "apps/v1", "ReplicaSet")
		w.Create(t, pod)
		w.Metrics.Use(pod, theirCPU, theirMemory)
	}
	return set
}

// theirObjects makes a quota, and what the other and the administrator look at.
func (w *world) theirObjects(t *testing.T) {
	t.Helper()
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: secret + "-quota"}}
	quota.Spec.Hard = corev1.ResourceList{corev1.ResourceRequestsCPU: resource.MustParse("15")}
	quota.Status.Hard = quota.Spec.Hard
	w.Create(t, quota)

	byPod := []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}, {Type: v1alpha1.GroupByPodLabel, Label: "team"}}
	w.report = &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "known"}}
	w.report.Spec.GroupBy = byPod
	w.threshold = &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "known"}}
	w.threshold.Spec.GroupBy = byPod
	w.threshold.Spec.ThresholdSettings = above("1")
	all := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: secret}}
	all.Spec.GroupBy = byPod
	anywhere := &v1alpha1.ClusterResourceThreshold{ObjectMeta: metav1.ObjectMeta{Name: secret}}
	anywhere.Spec.GroupBy = byPod
	anywhere.Spec.ThresholdSettings = above("1")
	w.Create(t, w.report, w.threshold, all, anywhere)
}

// above are the settings of a threshold of CPU.
func above(cores v1alpha1.Amount) v1alpha1.ThresholdSettings {
	return v1alpha1.ThresholdSettings{
		Resource: v1alpha1.ResourceCPU, Measure: v1alpha1.MeasureUsage,
		Levels: []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Above: cores}},
	}
}

// ownPods makes an honest pod, and some that claim owners which are not theirs.
func (w *world) ownPods(t *testing.T, set *appsv1.ReplicaSet, node *corev1.Node) {
	t.Helper()
	ofCluster := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "known"}}
	ofCluster.Spec.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	ofCluster.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	ofCluster.Spec.HostPath = &corev1.HostPathVolumeSource{Path: "/none"}
	root := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: secret + "-root", UID: "2"}}
	controlledBy(ofCluster, root, "example.com/v1", "Fleet")
	ofOther := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "known"}}
	controlledBy(ofOther, root, "example.com/v1", "Fleet")
	namesake := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: "known"}}
	w.Create(t, ofCluster, ofOther, namesake)
	for name, claim := range map[string]func(client.Object){
		"honest":     func(client.Object) {},
		"of-set":     func(o client.Object) { controlledBy(o, set, "apps/v1", "ReplicaSet") },
		"of-node":    func(o client.Object) { controlledBy(o, node, "v1", "Node") },
		"of-cluster": func(o client.Object) { controlledBy(o, ofCluster, "v1", "PersistentVolume") },
		"of-other":   func(o client.Object) { controlledBy(o, ofOther, "v1", "ConfigMap") },
		"of-report":  func(o client.Object) { controlledBy(o, w.report, "usage-operator.io/v1alpha1", "UsageReport") },
	} {
		pod := stage.RunningPod(mine, name, ownLimit, "500Mi")
		pod.Labels = map[string]string{"app": "web", "team": "own"}
		claim(pod)
		w.Create(t, pod)
		w.own = append(w.own, pod)
	}
	w.use("100m")
}

// use says what each of the tenant's own pods uses of CPU from now on.
func (w *world) use(cpu string) {
	for _, pod := range w.own {
		w.Metrics.Use(pod, cpu, ownMemory)
	}
}
