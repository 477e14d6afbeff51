package inventory

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
)

// TestTopAgainstAnAPIServer wants the top of a chain, no more, and again. Config
// maps stand for custom objects: no reflector brings them.
func TestTopAgainstAnAPIServer(t *testing.T) {
	config := apiServer(t)
	inv, err := New(config, klog.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{t: t, client: kubernetes.NewForConfigOrDie(config), reader: newReader(t, inv)}
	run(t, inv)
	maps := c.client.CoreV1().ConfigMaps("default")
	top := must[*corev1.ConfigMap](t)(maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "top"}}, metav1.CreateOptions{}))
	mid := must[*corev1.ConfigMap](t)(maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Name: "mid", OwnerReferences: controlledBy("v1", "ConfigMap", "top", string(top.UID))[1:]}}, metav1.CreateOptions{}))
	labels := map[string]string{"app": "web"}
	set := must[*appsv1.StatefulSet](t)(c.client.AppsV1().StatefulSets("default").Create(t.Context(), &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "db", OwnerReferences: controlledBy("v1", "ConfigMap", "mid", string(mid.UID))[1:]},
		Spec: appsv1.StatefulSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "i"}}},
			},
		},
	}, metav1.CreateOptions{}))
	p := c.create("default", "db-0", ownedBy("apps/v1", "StatefulSet", "db", string(set.UID)))
	c.eventually("the pod", c.knows(p))
	c.reader.expectOwners(string(p.UID), "StatefulSet/db")
	for range 2 {
		inv.WantTop(true)
		c.eventually("the top", func() bool { return len(c.reader.pod(string(p.UID)).Owners) == 3 && !inv.Climbing() })
		c.reader.expectOwners(string(p.UID), "StatefulSet/db", "ConfigMap/mid", "ConfigMap/top")
		inv.WantTop(false)
		c.eventually("the end of the watches", func() bool {
			inv.mu.Lock()
			defer inv.mu.Unlock()
			return inv.climbing == nil
		})
		c.reader.expectOwners(string(p.UID), "StatefulSet/db")
		inv.mu.Lock()
		for _, table := range inv.workloads().high {
			if len(table.rows) > 0 {
				t.Errorf("%d rows of %s are kept", len(table.rows), table.kind.kind)
			}
		}
		inv.mu.Unlock()
	}
}
