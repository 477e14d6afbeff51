package stage

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestStage: the operator reads what a pod is said to use, in seconds.
func TestStage(t *testing.T) {
	s := New(t)
	pod := RunningPod("default", "web", "1", "1Gi")
	s.Create(t, pod)
	s.Metrics.Use(pod, "250m", "512Mi")
	s.Operator(t, "operator")
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "all"}}
	s.Create(t, r)
	begin := time.Now()
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		err := s.API.Get(ctx, client.ObjectKeyFromObject(r), r)
		return r.Status.Total != nil && r.Status.Total.Resources["cpu"].Usage == "250m", err
	})
	if err != nil {
		t.Fatalf("%v; the status is %+v", err, r.Status)
	}
	t.Logf("after %s", time.Since(begin).Round(time.Millisecond))
}
