package v1alpha1_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

func TestReportObjects(t *testing.T) {
	selection := v1alpha1.Selection{ExcludeContainers: []string{"istio-proxy"}}
	cluster := v1alpha1.ClusterSelection{Selection: selection, Namespaces: []string{"data"}}
	meta := metav1.ObjectMeta{Name: "r", Namespace: "shop"}
	for _, row := range []struct {
		object v1alpha1.ReportObject
		scope  string
		want   v1alpha1.ClusterSelection
	}{
		{&v1alpha1.UsageReport{ObjectMeta: meta, Spec: v1alpha1.UsageReportSpec{Selection: selection}}, "shop",
			v1alpha1.ClusterSelection{Selection: selection}},
		{&v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "r"}, Spec: v1alpha1.ClusterUsageReportSpec{ClusterSelection: cluster}}, "",
			cluster},
	} {
		if got := row.object.Scope(); got != row.scope {
			t.Errorf("%T: scope %q, want %q", row.object, got, row.scope)
		}
		if diff := cmp.Diff(row.want, row.object.SelectionSpec()); diff != "" {
			t.Errorf("%T: selection (-want +got):\n%s", row.object, diff)
		}
		row.object.Settings().Top = 7
		row.object.ReportStatus().GroupCount = 9
		copied, ok := row.object.DeepCopyObject().(v1alpha1.ReportObject)
		if !ok || copied.Settings().Top != 7 || copied.ReportStatus().GroupCount != 9 {
			t.Errorf("%T: Settings and ReportStatus do not point into the object", row.object)
		}
	}
}

// TestSelectorCopyIsDeep holds the copy that is written by hand.
func TestSelectorCopyIsDeep(t *testing.T) {
	filled := func() *v1alpha1.LabelSelector {
		return &v1alpha1.LabelSelector{
			MatchLabels:      map[string]string{"app": "web"},
			MatchExpressions: []v1alpha1.LabelExpression{{Key: "tier", Operator: v1alpha1.LabelIn, Values: []string{"front"}}},
		}
	}
	original := filled()
	for i, value := 0, reflect.ValueOf(original).Elem(); i < value.NumField(); i++ {
		if value.Field(i).IsZero() {
			t.Errorf("%s is not set by this test", value.Type().Field(i).Name)
		}
	}
	copied := original.DeepCopy()
	original.MatchLabels["app"] = "changed"
	original.MatchExpressions[0].Values[0] = "changed"
	original.MatchExpressions[0].Key = "changed"
	if diff := cmp.Diff(filled(), copied); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
	if (*v1alpha1.LabelSelector)(nil).DeepCopy() != nil {
		t.Error("the copy of nil is not nil")
	}
}
