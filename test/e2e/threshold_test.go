package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/cluster"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// warningAndCritical are two levels of which the first waits and has a clear of its
// own.
var warningAndCritical = []v1alpha1.ThresholdLevel{
	{Severity: v1alpha1.SeverityWarning, Above: "80%", Clear: "70%", For: "10s"},
	{Severity: v1alpha1.SeverityCritical, Above: "95%"},
}

// memoryOf is a threshold over the memory of each workload of a namespace.
func memoryOf(namespace string, groupBy v1alpha1.GroupKeyType, levels ...v1alpha1.ThresholdLevel) *v1alpha1.ResourceThreshold {
	x := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "memory"}}
	x.Spec.GroupBy = []v1alpha1.GroupKey{{Type: groupBy}}
	x.Spec.Resource, x.Spec.Measure, x.Spec.Levels = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits, levels
	return x
}

// awaitThreshold waits until the status of a threshold is as wanted.
func awaitThreshold(t *testing.T, within time.Duration, x *v1alpha1.ResourceThreshold, check func(*v1alpha1.ThresholdStatus) error) {
	t.Helper()
	eventually(t, within, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(x), x); err != nil {
			return err
		}
		return check(&x.Status)
	})
}

func is(state v1alpha1.ThresholdState, severity v1alpha1.Severity, data v1alpha1.AlertData) func(*v1alpha1.ThresholdStatus) error {
	return func(s *v1alpha1.ThresholdStatus) error {
		if s.State != state || s.Severity != severity || len(s.Alerts) > 0 && s.Alerts[0].Data != data {
			return fmt.Errorf("%s %s, want %s %s with %s data; alerts %+v", s.State, s.Severity, state, severity, data, s.Alerts)
		}
		return nil
	}
}

// useMemory says what each pod of a namespace uses from now on.
func useMemory(t *testing.T, namespace, memory string) {
	t.Helper()
	var pods corev1.PodList
	if err := api.List(t.Context(), &pods, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	for i := range pods.Items {
		annotate(t, &pods.Items[i], usage("100m", memory))
	}
}

// toldOf returns the Events of a namespace by the object that they regard, each as
// "reason severity", in their order.
func toldOf(ctx context.Context, namespace string) (map[string][]string, error) {
	var list eventsv1.EventList
	if err := api.List(ctx, &list, client.InNamespace(namespace), client.HasLabels{v1alpha1.ThresholdUIDLabel}); err != nil {
		return nil, err
	}
	slices.SortFunc(list.Items, func(a, b eventsv1.Event) int { return a.EventTime.Compare(b.EventTime.Time) })
	told := map[string][]string{}
	for _, e := range list.Items {
		key := e.Regarding.Kind + "/" + e.Regarding.Name
		told[key] = append(told[key], strings.TrimPrefix(e.Reason, "Threshold")+" "+e.Labels[v1alpha1.SeverityLabel])
	}
	return told, nil
}

func awaitTold(t *testing.T, namespace, object string, want ...string) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		told, err := toldOf(ctx, namespace)
		if err == nil && !slices.Equal(told[object], want) {
			err = fmt.Errorf("%s was told %q, want %q", object, told[object], want)
		}
		return err
	})
}

// TestThreshold drives a Deployment over both levels, between clear and threshold,
// and back. Meanwhile metrics-server stops, and the operator is killed. It is told
// just what happened.
func TestThreshold(t *testing.T) {
	if !alone(t) {
		return
	}
	namespace := newNamespace(t, "threshold", nil)
	create(t, deployment(namespace, "web", 2, podTemplate(map[string]string{"app": "web"}, usage("100m", "512Mi"),
		container{name: "web", limitMemory: "1Gi"})))
	awaitRunning(t, namespace, 2)
	x := memoryOf(namespace, v1alpha1.GroupByWorkload, warningAndCritical...)
	create(t, x)
	awaitThreshold(t, soon, x, is(v1alpha1.StateOK, "", ""))

	useMemory(t, namespace, "900Mi")
	awaitThreshold(t, soon, x, is(v1alpha1.StatePending, "", v1alpha1.DataComplete))
	awaitThreshold(t, soon, x, is(v1alpha1.StateFiring, v1alpha1.SeverityWarning, v1alpha1.DataComplete))
	const web = "Deployment/web"
	awaitTold(t, namespace, web, "Exceeded Warning")

	if err := local.Stop(cluster.MetricsServer); err != nil {
		t.Fatal(err)
	}
	awaitThreshold(t, soon, x, is(v1alpha1.StateFiring, v1alpha1.SeverityWarning, v1alpha1.DataMissing))
	if err := local.Start(t.Context(), cluster.MetricsServer); err != nil {
		t.Fatal(err)
	}
	awaitThreshold(t, 2*soon, x, is(v1alpha1.StateFiring, v1alpha1.SeverityWarning, v1alpha1.DataComplete))

	useMemory(t, namespace, "1000Mi")
	if err := errors.Join(underTest.Kill(), underTest.Again()); err != nil {
		t.Fatal(err)
	}
	awaitThreshold(t, soon, x, is(v1alpha1.StateFiring, v1alpha1.SeverityCritical, v1alpha1.DataComplete))
	awaitTold(t, namespace, web, "Exceeded Warning", "Exceeded Critical")

	useMemory(t, namespace, "768Mi") // 75 %: neither above 80 % nor below 70 %
	awaitThreshold(t, soon, x, func(s *v1alpha1.ThresholdStatus) error {
		if len(s.Alerts) != 1 || s.Alerts[0].Value != "75%" || s.Severity != v1alpha1.SeverityWarning {
			return fmt.Errorf("%+v", s.Alerts)
		}
		return nil
	})
	useMemory(t, namespace, "512Mi")
	awaitThreshold(t, soon, x, is(v1alpha1.StateOK, "", ""))
	told := []string{"Exceeded Warning", "Exceeded Critical", "Cleared Critical", "Cleared Warning"}
	awaitTold(t, namespace, web, told...)
	awaitTold(t, namespace, "ResourceThreshold/memory", told...)

	for _, args := range [][]string{
		{"describe", "deploy", "web", "-n", namespace},
		{"events", "-n", namespace, "--for", "deploy/web"},
		{"get", "events", "-n", namespace},
	} {
		out, err := kubectl(t, "", args...)
		if err != nil {
			t.Fatal(err)
		}
		requireMatch(t, out, `ThresholdExceeded.*Deployment web uses 1.95Gi of memory, 97% of its limits \(2Gi\), above 95%; largest: web-\S+ 1000Mi, web-\S+ 1000Mi`)
		requireMatch(t, out, `ThresholdCleared.*Deployment web uses 1Gi of memory, 50% of its limits \(2Gi\), no longer above 80%`)
	}
}

// TestManyThresholds watches two thousand pods by two hundred thresholds. Each second
// Deployment is above its level, and each of its pods is told once.
func TestManyThresholds(t *testing.T) {
	if !alone(t) {
		return
	}
	const namespaces, deployments, pods = 10, 20, 10
	for i := range namespaces * deployments * pods / 100 {
		newNode(t, fmt.Sprintf("many-%d", i))
	}
	var names []string
	for range namespaces {
		namespace := newNamespace(t, "many", nil)
		names = append(names, namespace)
		for i := range deployments {
			app := fmt.Sprintf("web-%d", i)
			template := podTemplate(map[string]string{"app": app}, usage("10m", []string{"32Mi", "60Mi"}[i%2]), container{name: "web", limitMemory: "64Mi"})
			template.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
			create(t, deployment(namespace, app, pods, template))
			x := memoryOf(namespace, v1alpha1.GroupByPod, v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "90%"})
			x.Name, x.Spec.Selector = app, &v1alpha1.LabelSelector{MatchLabels: map[string]v1alpha1.LabelValue{"app": app}}
			create(t, x)
		}
	}
	for _, namespace := range names {
		eventually(t, 4*soon, func(ctx context.Context) error {
			told, err := toldOf(ctx, namespace)
			if want := deployments / 2 * (pods + 1); err == nil && len(told) != want {
				err = fmt.Errorf("%d objects in %s have Events, want %d", len(told), namespace, want)
			}
			for object, events := range told {
				if !slices.Equal(events, []string{"Exceeded Warning"}) {
					t.Fatalf("%s was told %q", object, events)
				}
			}
			return err
		})
	}
}
