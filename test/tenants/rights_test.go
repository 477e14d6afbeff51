package tenants

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	"github.com/usage-operator/usage-operator/test/stage"
)

// TestRights asks for what no tenant may: the other's objects, those of the cluster,
// checkpoints wherever they lie, and the status of his own.
func TestRights(t *testing.T) {
	w := newWorld(t)
	own := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: "own"}}
	watch := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: "own"}}
	watch.Spec.ThresholdSettings = above("1")
	for _, o := range []client.Object{own, watch} {
		if err := w.tenant.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	checkpoint := func(namespace string) *v1alpha1.UsageCheckpoint {
		c := &v1alpha1.UsageCheckpoint{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: string(own.UID)}}
		c.Version, c.WriteTime, c.Data = 1, "2026-01-01T00:00:00Z", "AAAA"
		c.Owner = v1alpha1.CheckpointOwner{Kind: "UsageReport", Namespace: mine, Name: "own", UID: string(own.UID)}
		return c
	}
	w.Create(t, checkpoint(operator.Namespace))
	status := client.RawPatch(types.MergePatchType, []byte(`{"status": {"observedGeneration": 1}}`))
	ctx, c := t.Context(), w.tenant
	in := func(namespace string) client.ListOption { return client.InNamespace(namespace) }
	for what, err := range map[string]error{
		"list reports of the other":              c.List(ctx, &v1alpha1.UsageReportList{}, in(theirs)),
		"list reports of all":                    c.List(ctx, &v1alpha1.UsageReportList{}),
		"list thresholds of the other":           c.List(ctx, &v1alpha1.ResourceThresholdList{}, in(theirs)),
		"list Events of the other":               c.List(ctx, &corev1.EventList{}, in(theirs)),
		"list Events of cluster kinds":           c.List(ctx, &corev1.EventList{}, in(metav1.NamespaceDefault)),
		"list cluster reports":                   c.List(ctx, &v1alpha1.ClusterUsageReportList{}),
		"list cluster thresholds":                c.List(ctx, &v1alpha1.ClusterResourceThresholdList{}),
		"list checkpoints":                       c.List(ctx, &v1alpha1.UsageCheckpointList{}, in(operator.Namespace)),
		"list checkpoints of his own":            c.List(ctx, &v1alpha1.UsageCheckpointList{}, in(mine)),
		"read the checkpoint of his report":      c.Get(ctx, client.ObjectKeyFromObject(checkpoint(operator.Namespace)), &v1alpha1.UsageCheckpoint{}),
		"delete the checkpoint of his report":    c.Delete(ctx, checkpoint(operator.Namespace)),
		"create a checkpoint":                    c.Create(ctx, checkpoint(operator.Namespace)),
		"create a checkpoint in his namespace":   c.Create(ctx, checkpoint(mine)),
		"write the status of his report":         c.Status().Patch(ctx, own.DeepCopy(), status),
		"write the status of his threshold":      c.Status().Patch(ctx, watch.DeepCopy(), status),
		"write the status of the other's report": c.Status().Patch(ctx, w.report.DeepCopy(), status),
		"delete the other's threshold":           c.Delete(ctx, w.threshold.DeepCopy()),
		"create an Event beside the other's":     c.Create(ctx, eventOf(theirs, "planted")),
	} {
		if !apierrors.IsForbidden(err) {
			t.Errorf("the tenant may %s: %v", what, err)
			continue
		}
		mustKeepSecret(t, what, err.Error())
	}
}

// eventOf is an Event as anybody can write it.
func eventOf(namespace, name string) *eventsv1.Event {
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		EventTime:  metav1.NowMicro(), ReportingController: "example.com/planter", ReportingInstance: "x",
		Action: "Plant", Reason: "Planted", Type: "Normal", Note: "planted beforehand",
		Regarding: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: namespace, Name: "web"},
	}
}

// mayCreateEvents gives the tenant a right that admin does not have.
func (f *fixture) mayCreateEvents(t *testing.T) {
	t.Helper()
	const name = "events"
	f.Create(t, &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: name},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{eventsv1.GroupName}, Resources: []string{"events"}, Verbs: []string{"create"}}},
	}, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: mine}},
	})
}

// TestPlantedEvents has the tenant create each Event under its name just before the
// operator does. It is told all the same, once, and nobody's Event is changed.
func TestPlantedEvents(t *testing.T) {
	f := newFixture(t, stage.Namespace(mine), stage.Namespace(theirs))
	f.mayCreateEvents(t)
	pod := stage.RunningPod(mine, "web", ownLimit, "500Mi")
	f.Create(t, pod)
	f.Metrics.Use(pod, ownCPU, ownMemory)
	var mu sync.Mutex
	planted := map[string]bool{}
	f.Proxy.Inject(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/events") {
			return false
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		object, _, err := clientgoscheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		told, ok := object.(*eventsv1.Event)
		if err != nil || !ok {
			t.Errorf("%T: %v", object, err)
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		if len(planted) < 2 && !planted[told.Name] && !strings.Contains(told.Name, "-1") {
			planted[told.Name] = true
			if err := f.tenant.Create(context.Background(), eventOf(mine, told.Name)); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	f.operate(t)
	x := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: mine, Name: "cpu"}}
	x.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	x.Spec.ThresholdSettings = above("50m")
	if err := f.tenant.Create(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both Events are told beside those planted", func(ctx context.Context) error {
		var list eventsv1.EventList
		if err := f.API.List(ctx, &list, client.InNamespace(mine)); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		told := 0
		for i := range list.Items {
			e := &list.Items[i]
			ours, before := e.Labels[v1alpha1.ThresholdUIDLabel] == string(x.UID), planted[e.Name]
			switch {
			case before && (ours || e.Note != "planted beforehand"):
				t.Errorf("what was planted has become %+v", e)
			case ours && !planted[strings.TrimSuffix(e.Name, "-1")]:
				t.Errorf("%s has not taken the name after one that was taken", e.Name)
			case ours:
				told++
			}
		}
		if told != 2 {
			return errWaits
		}
		return nil
	})
}
