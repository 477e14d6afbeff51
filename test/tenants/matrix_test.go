package tenants

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// tried is an object by which the tenant reached for the other.
type tried struct {
	lever
	kind, name string
}

func (x *tried) String() string { return fmt.Sprintf("%s %s (%s)", x.kind, x.name, x.field) }

// TestMatrix tries all levers at once.
func TestMatrix(t *testing.T) {
	w := newWorld(t)
	followed := atomic.Int64{}
	runbook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(runbook.Close)
	metrics := w.operate(t, "--checkpoint-interval=1s")
	var all []*tried
	for kind := range needed {
		for i, l := range leversOf(kind) {
			x := &tried{lever: l, kind: kind, name: fmt.Sprintf("lever-%d", i)}
			if w.try(t, x, runbook.URL) {
				all = append(all, x)
			}
		}
	}
	all = append(all, w.tryMetadata(t)...)
	w.awaitAll(t, all)
	w.use(ownCPU)
	w.awaitNews(t, all)

	for _, x := range all {
		w.mustSeeOwn(t, x)
	}
	w.eventsMustStayHome(t)
	w.mustNotTell(t, metrics)
	w.deletionsMustStayHome(t, all)
	if n := followed.Load(); n > 0 {
		t.Errorf("the runbook was asked for %d times", n)
	}
}

// try creates an object as the tenant, and tells whether it was admitted.
func (w *world) try(t *testing.T, x *tried, runbook string) bool {
	t.Helper()
	text, err := json.Marshal(x.specOf(t, x.kind))
	if err != nil {
		t.Fatal(err)
	}
	spec := map[string]any{}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "RUNBOOK", runbook)), &spec); err != nil {
		t.Fatal(err)
	}
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(x.kind))
	o.SetNamespace(mine)
	o.SetName(x.name)
	err = w.tenant.Create(t.Context(), o)
	if refused := err != nil; refused != (x.refused != "") || refused && !strings.Contains(err.Error(), x.refused) {
		t.Errorf("%s: %v, want a refusal with %q", x, err, x.refused)
	}
	if err != nil {
		mustKeepSecret(t, x.String()+" is refused", err.Error())
		return false
	}
	if _, kept, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", x.field); kept && x.foreign {
		t.Errorf("%s: the field of another kind is kept", x)
	}
	return true
}

// tryMetadata creates objects whose metadata speak of the other's.
func (w *world) tryMetadata(t *testing.T) (all []*tried) {
	t.Helper()
	for name, lie := range map[string]func(*v1alpha1.UsageReport){
		"known": func(*v1alpha1.UsageReport) {}, // as the other's
		"owned": func(r *v1alpha1.UsageReport) { controlledBy(r, w.report, "usage-operator.io/v1alpha1", "UsageReport") },
		"uid":   func(r *v1alpha1.UsageReport) { r.UID = w.report.UID },
		"name":  func(r *v1alpha1.UsageReport) { r.Name = string(w.report.UID) }, // as the other's checkpoint
		"labels": func(r *v1alpha1.UsageReport) {
			r.Labels = map[string]string{v1alpha1.OwnerUIDLabel: string(w.report.UID), v1alpha1.ThresholdUIDLabel: string(w.threshold.UID)}
		},
		"annotations": func(r *v1alpha1.UsageReport) {
			r.Annotations = map[string]string{v1alpha1.BaseAnnotation: string(w.report.UID), "usage-operator.io/fingerprint-in-memory": "0"}
		},
		"finalizers": func(r *v1alpha1.UsageReport) { r.Finalizers = []string{"example.com/stay"} },
		"status": func(r *v1alpha1.UsageReport) {
			r.Status.Total = &v1alpha1.Row{Pods: new(int32(99))}
			r.Status.ObservedGeneration = 1
		},
	} {
		r := &v1alpha1.UsageReport{}
		r.Namespace, r.Name = mine, name
		r.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
		r.Spec.Interval = "15s"
		lie(r)
		if err := w.tenant.Create(t.Context(), r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Status.Total != nil || r.UID == w.report.UID {
			t.Errorf("%s: the tenant wrote what is not his to write: UID %s, status %+v", name, r.UID, r.Status)
		}
		all = append(all, &tried{lever: lever{field: "metadata"}, kind: "UsageReport", name: r.Name})
	}
	return all
}

// awaitAll waits until every object is answered.
func (w *world) awaitAll(t *testing.T, all []*tried) {
	t.Helper()
	for _, x := range all {
		eventually(t, x.String()+" is answered", func(ctx context.Context) error {
			_, conditions, err := w.statusOf(ctx, x)
			for _, c := range conditions {
				if c.Type == v1alpha1.ConditionReady && c.Status == "True" || c.Type == v1alpha1.ConditionStalled {
					return err
				}
			}
			return fmt.Errorf("%w: the conditions are %+v", errWaits, conditions)
		})
	}
}

// awaitNews waits until the owners that were claimed have been read, and every report
// has been refreshed since.
func (w *world) awaitNews(t *testing.T, all []*tried) {
	t.Helper()
	for _, x := range all {
		if x.kind != "UsageReport" {
			continue
		}
		eventually(t, x.String()+" is refreshed", func(ctx context.Context) error {
			r := &v1alpha1.UsageReport{}
			if err := w.tenant.Get(ctx, client.ObjectKey{Namespace: mine, Name: x.name}, r); err != nil {
				return err
			}
			if total := r.Status.Total; total == nil || total.Pods == nil || *total.Pods == 0 || r.Spec.Suspend {
				return nil
			}
			if usage := cores(t, r.Status.Total.Resources[v1alpha1.ResourceCPU].Usage); usage != cores(t, ownCPU)*int64(*r.Status.Total.Pods) {
				return fmt.Errorf("%w: %d pods use %dm", errWaits, *r.Status.Total.Pods, usage)
			}
			return nil
		})
	}
}

// statusOf returns the status of an object as its tenant sees it.
func (w *world) statusOf(ctx context.Context, x *tried) (status any, conditions []v1alpha1.Condition, err error) {
	key := client.ObjectKey{Namespace: mine, Name: x.name}
	if x.kind == "UsageReport" {
		r := &v1alpha1.UsageReport{}
		err := w.tenant.Get(ctx, key, r)
		return r.Status, r.Status.Conditions, err
	}
	r := &v1alpha1.ResourceThreshold{}
	err = w.tenant.Get(ctx, key, r)
	return r.Status, r.Status.Conditions, err
}

// mustSeeOwn fails where an object counts, names or tells of more than the tenant has.
func (w *world) mustSeeOwn(t *testing.T, x *tried) {
	t.Helper()
	status, _, err := w.statusOf(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	mustKeepSecret(t, x.String(), string(text))
	switch s := status.(type) {
	case v1alpha1.ReportStatus:
		for _, row := range rowsOf(&s) {
			if row != nil {
				mustBeOwn(t, x, row)
			}
		}
		if c := s.Coverage; c != nil && c.Pods != nil && c.Pods.Expected > ownPods {
			t.Errorf("%s expects %d pods", x, c.Pods.Expected)
		}
	case v1alpha1.ThresholdStatus:
		if fires := s.State == v1alpha1.StateFiring; fires != x.fires {
			t.Errorf("%s is %s: %s", x, s.State, text)
		}
		if s.SubjectCounts != nil && s.SubjectCounts.Total > ownPods {
			t.Errorf("%s has %d subjects", x, s.SubjectCounts.Total)
		}
	}
}

func rowsOf(s *v1alpha1.ReportStatus) []*v1alpha1.Row {
	rows := []*v1alpha1.Row{s.Total, s.Other}
	for i := range s.Groups {
		rows = append(rows, &s.Groups[i])
	}
	return rows
}

// mustBeOwn fails where a row holds more than all pods of the tenant.
func mustBeOwn(t *testing.T, x *tried, row *v1alpha1.Row) {
	t.Helper()
	cpu := row.Resources[v1alpha1.ResourceCPU]
	if row.Pods != nil && *row.Pods > ownPods || row.Nodes != nil || cpu.Quota != nil || cpu.Allocatable != "" {
		t.Errorf("%s counts what is not the tenant's: %+v", x, row)
	}
	for _, amount := range []v1alpha1.Quantity{cpu.Usage, cpu.Maximum, cpu.P99, cpu.Requests, cpu.Limits} {
		if cores(t, amount) > ownPods*cores(t, ownLimit) {
			t.Errorf("%s has %s of cpu, which is more than the tenant's", x, amount)
		}
	}
	if s := row.Subject; s != nil && s.Namespace != "" && s.Namespace != mine {
		t.Errorf("%s has a row of the namespace %s", x, s.Namespace)
	}
	if s := row.Subject; s != nil && s.Workload != nil && s.Workload.Kind == "Node" {
		t.Errorf("%s has a row of a cluster-scoped owner", x)
	}
}

// cores reads an amount of CPU, in thousandths.
func cores(t *testing.T, q v1alpha1.Quantity) int64 {
	t.Helper()
	if q == "" {
		return 0
	}
	amount, err := resource.ParseQuantity(string(q))
	if err != nil {
		t.Fatal(err)
	}
	return amount.MilliValue()
}

// eventsMustStayHome looks at all Events of the cluster.
func (w *world) eventsMustStayHome(t *testing.T) {
	t.Helper()
	var thresholds v1alpha1.ResourceThresholdList
	if err := w.tenant.List(t.Context(), &thresholds, client.InNamespace(mine)); err != nil {
		t.Fatal(err)
	}
	ours := map[types.UID]bool{}
	for i := range thresholds.Items {
		ours[thresholds.Items[i].UID] = true
	}
	var list eventsv1.EventList
	if err := w.API.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range list.Items {
		e := &list.Items[i]
		if !ours[types.UID(e.Labels[v1alpha1.ThresholdUIDLabel])] {
			continue
		}
		n++
		if e.Namespace != mine || e.Regarding.Namespace != mine || e.Related == nil || e.Related.Namespace != mine {
			t.Errorf("an Event of the tenant's leaves his namespace: %+v", e)
		}
	}
	if n == 0 {
		t.Error("no threshold of the tenant's has told anything")
	}
}

// deletionsMustStayHome deletes what bears the other's name and UID.
func (w *world) deletionsMustStayHome(t *testing.T, all []*tried) {
	t.Helper()
	uids := map[string]bool{}
	for _, x := range all {
		r := &v1alpha1.UsageReport{}
		if x.field != "metadata" {
			continue
		}
		if err := w.tenant.Get(t.Context(), client.ObjectKey{Namespace: mine, Name: x.name}, r); err != nil {
			t.Fatal(err)
		}
		uids[string(r.UID)] = true
		if err := w.tenant.Delete(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "checkpoints of what was deleted are gone", func(ctx context.Context) error {
		var list v1alpha1.UsageCheckpointList
		if err := w.API.List(ctx, &list); err != nil {
			return err
		}
		other := false
		for i := range list.Items {
			uid := list.Items[i].Owner.UID
			other = other || uid == string(w.report.UID)
			if uids[uid] {
				return fmt.Errorf("%w: that of %s is there", errWaits, list.Items[i].Owner.Name)
			}
		}
		if !other {
			t.Error("the checkpoint of the other's report is gone")
		}
		return nil
	})
}

// mustNotTell fails where the secret is in anything that the tenant can read, or in
// the metrics. That the other can read of it, and the administrator, shows that it
// would be found.
func (w *world) mustNotTell(t *testing.T, metrics string) {
	t.Helper()
	lists := func() []client.ObjectList {
		return []client.ObjectList{&corev1.EventList{}, &v1alpha1.UsageReportList{}, &v1alpha1.ResourceThresholdList{}}
	}
	for _, list := range lists() {
		mustKeepSecret(t, fmt.Sprintf("%T", list), dump(t, w.tenant, list, mine))
	}
	for _, list := range lists() {
		if text := dump(t, w.As(t, theirs), list, theirs); !strings.Contains(text, secret+"-") {
			t.Errorf("the other tenant does not see his own in %T: %.500s", list, text)
		}
	}
	if text := dump(t, w.API, &v1alpha1.ClusterUsageReportList{}, ""); !strings.Contains(text, secret+"-web-0") {
		t.Errorf("the administrator does not see all: %.500s", text)
	}
	page := scrape(t, metrics)
	mustKeepSecret(t, "/metrics", page)
	for _, word := range []string{`"` + mine, `"` + theirs, "lever-", string(w.report.UID)} {
		if strings.Contains(page, word) {
			t.Errorf("/metrics tells of %s", word)
		}
	}
}

// dump is all that a user can read of a kind.
func dump(t *testing.T, user client.Client, list client.ObjectList, namespace string) string {
	t.Helper()
	if err := user.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mustKeepSecret fails where a text holds the secret.
func mustKeepSecret(t *testing.T, where, text string) {
	t.Helper()
	if at := strings.Index(strings.ToLower(text), secret); at >= 0 {
		t.Errorf("%s tells the secret: …%s…", where, text[max(at-100, 0):min(at+100, len(text))])
	}
}
