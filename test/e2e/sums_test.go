package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// grouping is a groupBy and the same thing said for the raw metrics.
type grouping struct {
	name string
	keys []v1alpha1.GroupKey
	key  keyFunc
}

func groupings(ctx context.Context, t *testing.T) []grouping {
	workload := func(pod *corev1.Pod, _ string) string {
		owner, err := workloadOf(ctx, pod)
		if err != nil {
			t.Errorf("owner of %s: %v", pod.Name, err)
		}
		return pod.Namespace + " " + owner
	}
	return []grouping{
		{"namespace", keys(v1alpha1.GroupByNamespace), func(p *corev1.Pod, _ string) string { return p.Namespace }},
		{"workload", keys(v1alpha1.GroupByWorkload), once(workload)},
		{"pod", keys(v1alpha1.GroupByPod), func(p *corev1.Pod, _ string) string { return p.Namespace + " " + p.Name }},
		{"container", keys(v1alpha1.GroupByContainer), func(_ *corev1.Pod, c string) string { return c }},
		{"node", keys(v1alpha1.GroupByNode), func(p *corev1.Pod, _ string) string { return p.Spec.NodeName }},
		{"pod-label", label(v1alpha1.GroupByPodLabel, "tier"), func(p *corev1.Pod, _ string) string {
			return labelKey(p.Labels, "tier")
		}},
		{"namespace-label", label(v1alpha1.GroupByNamespaceLabel, "team"), once(func(p *corev1.Pod, _ string) string {
			return labelKey(object(ctx, t, &corev1.Namespace{}, p.Namespace), "team")
		})},
		{"node-label", label(v1alpha1.GroupByNodeLabel, "pool"), once(func(p *corev1.Pod, _ string) string {
			if p.Spec.NodeName == "" {
				return "no node yet"
			}
			return labelKey(object(ctx, t, &corev1.Node{}, p.Spec.NodeName), "pool")
		})},
		{"namespace-and-container", keys(v1alpha1.GroupByNamespace, v1alpha1.GroupByContainer),
			func(p *corev1.Pod, c string) string { return p.Namespace + " " + c }},
	}
}

// once asks about each pod once it has a node, and not again: owners and labels do
// not change here, and the samples must still be the newest when all is known.
func once(key keyFunc) keyFunc {
	known := map[[3]string]string{}
	return func(pod *corev1.Pod, container string) string {
		name := [3]string{pod.Namespace, pod.Name, pod.Spec.NodeName}
		if _, ok := known[name]; !ok {
			known[name] = key(pod, container)
		}
		return known[name]
	}
}

func keys(types ...v1alpha1.GroupKeyType) (keys []v1alpha1.GroupKey) {
	for _, t := range types {
		keys = append(keys, v1alpha1.GroupKey{Type: t})
	}
	return keys
}

func label(t v1alpha1.GroupKeyType, label string) []v1alpha1.GroupKey {
	return []v1alpha1.GroupKey{{Type: t, Label: label}}
}

func labelKey(labels map[string]string, key string) string {
	if value, ok := labels[key]; ok {
		return key + "=" + value
	}
	return key + " absent"
}

func object(ctx context.Context, t *testing.T, o client.Object, name string) map[string]string {
	if err := api.Get(ctx, client.ObjectKey{Name: name}, o); err != nil {
		t.Errorf("read %T %s: %v", o, name, err)
	}
	return o.GetLabels()
}

// TestSumsEqualTheMetricsAPI compares reports by every grouping with sums over
// the raw answer of the Metrics API of the same moment.
func TestSumsEqualTheMetricsAPI(t *testing.T) {
	t.Parallel()
	const prefix = "sums"
	namespaces := sumsFixture(t, prefix)
	for _, g := range groupings(t.Context(), t) {
		r := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "sums-" + g.name}}
		r.Spec.Namespaces = namespaces
		r.Spec.GroupBy = g.keys
		r.Spec.ReportSettings = fastest
		r.Spec.Top = 100
		create(t, r)
		t.Run(g.name, func(t *testing.T) { t.Parallel(); agrees(t, r, in(prefix, g.key)) })
	}
}

// agrees waits for a moment in which the report and the Metrics API speak of
// the same samples, and then requires all numbers to be equal.
func agrees(t *testing.T, r *v1alpha1.ClusterUsageReport, key keyFunc) {
	eventually(t, soon, func(ctx context.Context) error {
		now, err := observe(ctx)
		if err != nil {
			return err
		}
		want, newest, err := now.rows(key)
		if err != nil {
			return err
		}
		total, _, err := now.rows(in("sums", func(*corev1.Pod, string) string { return "total" }))
		if err != nil {
			return err
		}
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		if at := string(r.Status.SampleTime); at != newest.UTC().Format("2006-01-02T15:04:05Z") {
			return fmt.Errorf("the report is of %q, the Metrics API of %s", at, newest)
		}
		if diff := difference(&r.Status, want); diff != "" {
			return fmt.Errorf("groups (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(expected(total["total"]), reported(r.Status.Total)); diff != "" {
			return fmt.Errorf("total (-want +got):\n%s", diff)
		}
		return nil
	})
}

// sumsFixture runs pods of all sorts in two namespaces: with and without
// declarations, with a second container, with and without labels, and for
// owners of each kind that keeps pods running.
func sumsFixture(t *testing.T, prefix string) (namespaces []string) {
	one := newNamespace(t, prefix, map[string]string{"team": "red"})
	two := newNamespace(t, prefix, nil)
	web := container{"web", "200m", "256Mi", "500m", "512Mi"}
	proxy := container{"proxy", "50m", "", "", ""}
	bare := container{"bare", "", "", "", ""}
	create(t, deployment(one, "web", 5, podTemplate(map[string]string{"app": "web", "tier": "front"}, usage("123m", "200Mi"), web, proxy)))
	create(t, deployment(two, "web", 2, podTemplate(map[string]string{"app": "web", "tier": "front"}, usage("77m", "5Mi"), web)))
	create(t, deployment(two, "batch", 3, podTemplate(map[string]string{"app": "batch"}, usage("1300m", "1Gi"), bare)))
	create(t, statefulSet(one, "store", 2, podTemplate(map[string]string{"app": "store"}, usage("31m", "700Mi"), web)))
	create(t, daemonSet(two, "agent", podTemplate(map[string]string{"app": "agent"}, usage("11m", "12Mi"), proxy)))
	create(t, replicaSet(two, "old", 1, podTemplate(map[string]string{"app": "old"}, usage("7m", "70Mi"), bare)))
	backup := cronJob(one, "backup", podTemplate(nil, usage("210m", "80Mi"), web))
	create(t, backup)
	create(t, jobOf(backup))
	template := podTemplate(map[string]string{"app": "loner"}, usage("3m", "9Mi"), web, bare)
	create(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: one, Name: "loner", Labels: template.Labels, Annotations: template.Annotations}, Spec: template.Spec})
	return []string{one, two}
}
