package tenants

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// quiet is a tenant with a pod, a report and a threshold.
type quiet struct {
	*fixture
	pod       *corev1.Pod
	report    *v1alpha1.UsageReport
	threshold *v1alpha1.ResourceThreshold
	// told is how many crossings were.
	told int
}

func (f *fixture) quiet(t *testing.T) *quiet {
	t.Helper()
	q := &quiet{fixture: f, pod: stage.RunningPod(theirs, "web", "1", "1Gi")}
	q.report = &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "quiet"}}
	q.report.Spec.Interval = v1alpha1.NewDuration(loudInterval)
	q.threshold = &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: theirs, Name: "quiet"}}
	q.threshold.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	q.threshold.Spec.ThresholdSettings = above("500m")
	f.Create(t, q.pod, q.report, q.threshold)
	f.Metrics.Use(q.pod, "100m", "512Mi")
	return q
}

// awaitFirst waits until the threshold has been evaluated.
func (q *quiet) awaitFirst(t *testing.T) {
	t.Helper()
	eventually(t, "the quiet threshold is OK", func(ctx context.Context) error {
		x := &v1alpha1.ResourceThreshold{}
		err := q.API.Get(ctx, client.ObjectKeyFromObject(q.threshold), x)
		if err == nil && x.Status.State != v1alpha1.StateOK {
			return fmt.Errorf("%w: it is %q", errWaits, x.Status.State)
		}
		return err
	})
}

// cross lets the pod cross its level up and down, for some time at least, and returns
// how long it took until the Events about each were stored.
func (q *quiet) cross(t *testing.T, atLeast time.Duration) (took []time.Duration) {
	t.Helper()
	for start := time.Now(); len(took) < crossings || time.Since(start) < atLeast; {
		q.told++
		q.Metrics.Use(q.pod, fmt.Sprintf("%dm", 100+q.told+800*(q.told%2)), "512Mi")
		begin := time.Now()
		err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
			var list eventsv1.EventList
			err := q.API.List(ctx, &list, client.InNamespace(theirs))
			return len(list.Items) == 2*q.told, err // about the pod, and the threshold
		})
		if err != nil {
			t.Fatalf("crossing %d is not told within %s", q.told, soon)
		}
		took = append(took, time.Since(begin))
	}
	return took
}

// refreshes is what was seen of a report: when its status was written.
type refreshes struct {
	times     []time.Time
	stretched bool
}

// watchRefreshes looks at the report until ctx ends.
func (q *quiet) watchRefreshes(ctx context.Context, t *testing.T) <-chan refreshes {
	t.Helper()
	done := make(chan refreshes, 1)
	go func() {
		seen, version := refreshes{times: []time.Time{time.Now()}}, ""
		for ctx.Err() == nil {
			r := &v1alpha1.UsageReport{}
			err := q.API.Get(ctx, client.ObjectKeyFromObject(q.report), r)
			if err == nil && r.ResourceVersion != version {
				version, seen.times = r.ResourceVersion, append(seen.times, time.Now())
			}
			for _, c := range r.Status.Conditions {
				seen.stretched = seen.stretched || c.Reason == v1alpha1.ReasonIntervalStretched
			}
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
		seen.times = append(seen.times, time.Now())
		done <- seen
	}()
	return done
}

// mustKeepInterval fails where the report was not refreshed in each of its intervals.
func (q *quiet) mustKeepInterval(t *testing.T, seen refreshes) {
	t.Helper()
	longest := time.Duration(0)
	for i := 1; i < len(seen.times); i++ {
		longest = max(longest, seen.times[i].Sub(seen.times[i-1]))
	}
	t.Logf("the quiet report was refreshed %d times, with %s between at most", len(seen.times)-2, longest.Round(time.Millisecond))
	if longest > 2*loudInterval || seen.stretched {
		t.Errorf("an interval of %s has become %s; the operator says so: %t", loudInterval, longest, seen.stretched)
	}
}
