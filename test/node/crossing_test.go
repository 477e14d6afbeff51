package node

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// testCrossing lets a container come near its limit. Whoever looks at the pod has to be told, once.
func testCrossing(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "crossing")
	pod := limited(workload{name: "growing", mebibytes: 64}.pod(namespace), "128Mi")
	create(t, pod)
	x := &v1alpha1.ResourceThreshold{}
	x.Namespace, x.Name = namespace, "memory"
	x.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	x.Spec.Resource, x.Spec.Measure = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits
	x.Spec.Levels = []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityCritical, Above: "80%"}}
	create(t, x)
	awaitReady(t, pod)
	awaitState(t, x, v1alpha1.StateOK)

	if err := hold(t, pod, 48); err != nil {
		t.Fatal(err)
	}
	awaitState(t, x, v1alpha1.StateFiring)
	eventually(t, soon, func(ctx context.Context) error {
		events, err := eventsAbout(ctx, pod)
		if err != nil || len(events) != 1 {
			return fmt.Errorf("there are %d Events about the pod, want one: %w", len(events), err)
		}
		if e := events[0]; e.Reason != v1alpha1.EventThresholdExceeded || e.Type != corev1.EventTypeWarning || !strings.Contains(e.Note, "above 80%") {
			return fmt.Errorf("the Event is %s %s: %s", e.Type, e.Reason, e.Note)
		}
		t.Log(events[0].Note)
		return nil
	})
	if out := kubectl(t, "", "describe", "pod", "-n", namespace, pod.Name); !strings.Contains(out, v1alpha1.EventThresholdExceeded) {
		t.Errorf("kubectl describe does not show it:\n%s", out)
	}
}

// awaitState waits until a threshold says that of one pod.
func awaitState(t *testing.T, x *v1alpha1.ResourceThreshold, want v1alpha1.ThresholdState) {
	t.Helper()
	eventually(t, soon, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(x), x); err != nil {
			return err
		}
		if counts := x.Status.SubjectCounts; x.Status.State != want || counts == nil || counts.Total != 1 {
			return fmt.Errorf("the threshold is %q, want %s: %+v", x.Status.State, want, x.Status)
		}
		return nil
	})
}

// eventsAbout are the Events that thresholds have written about a pod.
func eventsAbout(ctx context.Context, pod *corev1.Pod) (about []eventsv1.Event, err error) {
	var list eventsv1.EventList
	if err := api.List(ctx, &list, client.InNamespace(pod.Namespace), client.HasLabels{v1alpha1.ThresholdUIDLabel}); err != nil {
		return nil, err
	}
	for _, e := range list.Items {
		if e.Regarding.Kind == "Pod" && e.Regarding.UID == pod.UID {
			about = append(about, e)
		}
	}
	return about, nil
}
