package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var (
	rolloutKind = schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "Rollout"}
	jobSetKind  = schema.GroupVersionKind{Group: "jobset.x-k8s.io", Version: "v1alpha2", Kind: "JobSet"}
	groupKind   = schema.GroupVersionKind{Group: "leaderworkerset.x-k8s.io", Version: "v1", Kind: "LeaderWorkerSet"}
	// Above these stand a namespaced and a cluster-scoped kind.
	appKind   = schema.GroupVersionKind{Group: "owners.example.com", Version: "v1", Kind: "App"}
	fleetKind = schema.GroupVersionKind{Group: "owners.example.com", Version: "v1", Kind: "Fleet"}
)

// TestOwners climbs through the chains of Argo Rollouts, JobSet and
// LeaderWorkerSet, made of the real objects below and custom ones above. Rollouts,
// Apps and LeaderWorkerSets may be read, JobSets may not.
func TestOwners(t *testing.T) {
	t.Parallel()
	for _, kind := range []schema.GroupVersionKind{rolloutKind, jobSetKind, groupKind, appKind} {
		createCRD(t, kind, "Namespaced")
	}
	createCRD(t, fleetKind, "Cluster")
	mayRead(t, rolloutKind, appKind, groupKind)
	namespace := newNamespace(t, "owners", nil)
	fleet := custom(t, fleetKind, "", "fleet", nil)
	app := custom(t, appKind, namespace, "app", fleet)
	ownersFixture(t, namespace, app)

	for _, test := range []struct {
		level v1alpha1.WorkloadLevel
		want  map[string]int32
	}{
		{v1alpha1.LevelController, map[string]int32{"ReplicaSet/web-1": 2, "Job/train-0": 1, "StatefulSet/llm": 1, "StatefulSet/llm-0": 1}},
		{v1alpha1.LevelWorkload, map[string]int32{"Rollout/web": 2, "JobSet/train": 1, "StatefulSet/llm": 1, "StatefulSet/llm-0": 1}},
		{v1alpha1.LevelTop, map[string]int32{"App/app": 2, "JobSet/train": 1, "LeaderWorkerSet/llm": 2}},
	} {
		t.Run(string(test.level), func(t *testing.T) {
			t.Parallel()
			awaitRows(t, soon, ownersReport(t, namespace, strings.ToLower(string(test.level)), test.level), test.want)
		})
	}
	t.Run("matched", func(t *testing.T) {
		t.Parallel()
		r := ownersReport(t, namespace, "matched", v1alpha1.LevelWorkload,
			v1alpha1.WorkloadMatch{APIGroup: groupKind.Group, Kind: groupKind.Kind, Name: "llm"})
		awaitRows(t, soon, r, map[string]int32{"StatefulSet/llm": 1, "StatefulSet/llm-0": 1})
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		r := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "owners"}}
		r.Spec.Namespaces = []string{namespace}
		r.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload, Level: v1alpha1.LevelTop}}
		r.Spec.ReportSettings = fastest
		create(t, r)
		awaitRows(t, soon, r, map[string]int32{"Fleet/fleet": 2, "JobSet/train": 1, "LeaderWorkerSet/llm": 2})
	})
}

func ownersReport(t *testing.T, namespace, name string, level v1alpha1.WorkloadLevel, workloads ...v1alpha1.WorkloadMatch) *v1alpha1.UsageReport {
	t.Helper()
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	r.Spec.Workloads = workloads
	r.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByWorkload, Level: level}}
	r.Spec.ReportSettings = fastest
	create(t, r)
	return r
}

// ownersFixture runs two pods of a Rollout of the app, one of a JobSet of the
// app, and the leader and a worker of a LeaderWorkerSet.
func ownersFixture(t *testing.T, namespace string, app client.Object) {
	t.Helper()
	rollout := custom(t, rolloutKind, namespace, "web", app)
	jobSet := custom(t, jobSetKind, namespace, "train", app)
	group := custom(t, groupKind, namespace, "llm", nil)
	template := func(name string) corev1.PodTemplateSpec {
		return podTemplate(map[string]string{"app": name}, usage("50m", "32Mi"), container{name: "main"})
	}
	selector := func(name string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}
	}
	create(t, &appsv1.ReplicaSet{
		ObjectMeta: ownedMeta(namespace, "web-1", rollout),
		Spec:       appsv1.ReplicaSetSpec{Replicas: ptr.To[int32](2), Selector: selector("web"), Template: template("web")},
	})
	work := runningOn(podTemplate(nil, usage("50m", "32Mi"), container{name: "main"}))
	create(t, &batchv1.Job{ObjectMeta: ownedMeta(namespace, "train-0", jobSet), Spec: batchv1.JobSpec{Template: work}})
	statefulSet := func(name string, owner client.Object) {
		create(t, &appsv1.StatefulSet{
			ObjectMeta: ownedMeta(namespace, name, owner),
			Spec:       appsv1.StatefulSetSpec{Replicas: ptr.To[int32](1), Selector: selector(name), Template: template(name)},
		})
	}
	statefulSet("llm", group)
	leader := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "llm-0"}}
	eventually(t, soon, func(ctx context.Context) error { return api.Get(ctx, client.ObjectKeyFromObject(leader), leader) })
	leader.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
	statefulSet("llm-0", leader)
}

func ownedMeta(namespace, name string, owner client.Object) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name}
	if owner != nil {
		m.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(owner, owner.GetObjectKind().GroupVersionKind())}
	}
	return m
}

// custom creates an object of a custom kind.
func custom(t *testing.T, kind schema.GroupVersionKind, namespace, name string, owner client.Object) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(kind)
	m := ownedMeta(namespace, name, owner)
	o.SetNamespace(m.Namespace)
	o.SetName(m.Name)
	o.SetOwnerReferences(m.OwnerReferences)
	create(t, o)
	return o
}

// createCRD makes a kind and waits until it is served.
func createCRD(t *testing.T, kind schema.GroupVersionKind, scope string) {
	t.Helper()
	crd := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"group": kind.Group, "scope": scope,
		"names": map[string]any{"kind": kind.Kind, "plural": plural(kind), "singular": strings.ToLower(kind.Kind)},
		"versions": []any{map[string]any{"name": kind.Version, "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object"}}}},
	}}}
	crd.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"})
	crd.SetName(plural(kind) + "." + kind.Group)
	create(t, crd)
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind)
	eventually(t, soon, func(ctx context.Context) error { return api.List(ctx, list) })
}

func plural(kind schema.GroupVersionKind) string { return strings.ToLower(kind.Kind) + "s" }

// mayRead lets the operator read kinds as the documentation says.
func mayRead(t *testing.T, kinds ...schema.GroupVersionKind) {
	t.Helper()
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{
		Name: "owners-of-tests", Labels: map[string]string{"rbac.usage-operator.io/aggregate-to-owner-reader": "true"}}}
	for _, kind := range kinds {
		role.Rules = append(role.Rules, rbacv1.PolicyRule{APIGroups: []string{kind.Group}, Resources: []string{plural(kind)}, Verbs: []string{"get"}})
	}
	create(t, role)
}
