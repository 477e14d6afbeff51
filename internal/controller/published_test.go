package controller

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/report"
)

func published() *v1alpha1.UsageReport {
	status := report.Build(viewOf(250))
	status.ObservedGeneration = 3
	status.History = &v1alpha1.History{Step: "5m", Points: []v1alpha1.HistoryPoint{
		{Time: "2026-01-31T09:00:00Z"},
		{Time: "2026-01-31T09:05:00Z", Average: map[v1alpha1.ResourceName]v1alpha1.Quantity{"cpu": "1m"}},
	}}
	status.Conditions = []v1alpha1.Condition{{Type: v1alpha1.ConditionReady}}
	return &v1alpha1.UsageReport{
		ObjectMeta: metav1.ObjectMeta{
			Name: "web", ResourceVersion: "7", Generation: 3, Annotations: map[string]string{"note": "long"},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		},
		Spec:   v1alpha1.UsageReportSpec{ReportSettings: v1alpha1.ReportSettings{Top: 5}},
		Status: status,
	}
}

// TestCompact: an informer may pass an object through more than once.
func TestCompact(t *testing.T) {
	stored := published()
	want := published()
	want.ManagedFields = nil
	want.Annotations = map[string]string{fingerprintKey: report.Fingerprint(&stored.Status)}
	want.Status = v1alpha1.ReportStatus{
		ObservedGeneration: 3, Conditions: stored.Status.Conditions, SampleTime: stored.Status.SampleTime,
		History: &v1alpha1.History{Step: "5m", Points: []v1alpha1.HistoryPoint{{Time: "2026-01-31T09:05:00Z"}}},
	}
	var object any = stored
	for range 3 {
		var err error
		if object, err = Compact(object); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(any(want), object); diff != "" {
			t.Fatalf("in the cache (-want +got):\n%s", diff)
		}
	}
}

// TestCompactIsNotFooled: who annotates a report cannot pass off a fingerprint.
func TestCompactIsNotFooled(t *testing.T) {
	forged := published()
	forged.Annotations[fingerprintKey] = "forged"
	object, err := Compact(forged)
	if err != nil {
		t.Fatal(err)
	}
	cached, ok := object.(*v1alpha1.UsageReport)
	if !ok {
		t.Fatalf("in the cache is a %T", object)
	}
	honest := published()
	if got := publishedFingerprint(cached); got != report.Fingerprint(&honest.Status) {
		t.Errorf("the fingerprint is %q", got)
	}
}

// TestCompactKeepsNothingLarge: whatever a user writes into the metadata of what has
// no status yet, the cache does not hold it.
func TestCompactKeepsNothingLarge(t *testing.T) {
	for name, enlarge := range map[string]func(*v1alpha1.UsageReport){
		"labels":                 func(r *v1alpha1.UsageReport) { r.Labels = map[string]string{"a": large} },
		"annotations":            func(r *v1alpha1.UsageReport) { r.Annotations["a"] = large },
		"a long fingerprint":     func(r *v1alpha1.UsageReport) { r.Annotations[fingerprintKey] = large },
		"finalizers":             func(r *v1alpha1.UsageReport) { r.Finalizers = []string{large} },
		"owners":                 func(r *v1alpha1.UsageReport) { r.OwnerReferences = []metav1.OwnerReference{{Name: large}} },
		"the managers of fields": func(r *v1alpha1.UsageReport) { r.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: large}} },
	} {
		r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{fingerprintKey: "forged"}}}
		enlarge(r)
		if _, err := Compact(r); err != nil {
			t.Fatal(err)
		}
		if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), large) {
			t.Errorf("the cache keeps %s, %v", name, err)
		}
	}
}

// large stands for a megabyte.
var large = strings.Repeat("large", 100)

func TestCompactLeavesOthersAlone(t *testing.T) {
	tombstone := cache.DeletedFinalStateUnknown{Key: "shop/web", Obj: published()}
	got, err := Compact(tombstone)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(any(tombstone), got); diff != "" {
		t.Errorf("a tombstone (-want +got):\n%s", diff)
	}
}
