package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

func TestThresholdObjects(t *testing.T) {
	selection := v1alpha1.Selection{ExcludeContainers: []string{"istio-proxy"}}
	cluster := v1alpha1.ClusterSelection{Selection: selection, Namespaces: []string{"data"}}
	meta := metav1.ObjectMeta{Name: "t", Namespace: "shop"}
	for _, row := range []struct {
		object v1alpha1.ThresholdObject
		scope  string
		want   v1alpha1.ClusterSelection
	}{
		{&v1alpha1.ResourceThreshold{ObjectMeta: meta, Spec: v1alpha1.ResourceThresholdSpec{Selection: selection}}, "shop",
			v1alpha1.ClusterSelection{Selection: selection}},
		{&v1alpha1.ClusterResourceThreshold{ObjectMeta: metav1.ObjectMeta{Name: "t"}, Spec: v1alpha1.ClusterResourceThresholdSpec{ClusterSelection: cluster}}, "",
			cluster},
	} {
		if got := row.object.Scope(); got != row.scope {
			t.Errorf("%T: scope %q, want %q", row.object, got, row.scope)
		}
		if diff := cmp.Diff(row.want, row.object.SelectionSpec()); diff != "" {
			t.Errorf("%T: selection (-want +got):\n%s", row.object, diff)
		}
		row.object.ThresholdSettings().Floor = "100m"
		row.object.ThresholdStatus().AlertsOmitted = 9
		copied, ok := row.object.DeepCopyObject().(v1alpha1.ThresholdObject)
		if !ok || copied.ThresholdSettings().Floor != "100m" || copied.ThresholdStatus().AlertsOmitted != 9 {
			t.Errorf("%T: ThresholdSettings and ThresholdStatus do not point into the object", row.object)
		}
	}
}
