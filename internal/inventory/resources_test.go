package inventory

import (
	"math"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	podresources "k8s.io/component-helpers/resource"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestAmountsAreRoundedUpAndSaturate(t *testing.T) {
	tests := []struct {
		quantity string
		resource model.Resource
		want     int64
	}{
		{"250m", model.CPU, 250_000_000},
		{"1n", model.CPU, 1},
		{"0.1n", model.CPU, 1},
		{"1.5", model.CPU, 1_500_000_000},
		{"9223372035", model.CPU, 9_223_372_035_000_000_000},
		{"9223372036", model.CPU, math.MaxInt64},
		{"1e10", model.CPU, math.MaxInt64},
		{"1e30", model.CPU, math.MaxInt64},
		{"0", model.CPU, 0},
		{"-1", model.CPU, 0},
		{"64Mi", model.Memory, 64 << 20},
		{"1500m", model.Memory, 2},
		{"7Ei", model.Memory, 7 << 60},
		{"8Ei", model.Memory, math.MaxInt64},
		{"20E", model.Memory, math.MaxInt64},
		{"9223372036854775806.5", model.Memory, math.MaxInt64},
		{"-64Mi", model.Memory, 0},
	}
	for _, test := range tests {
		t.Run(test.quantity, func(t *testing.T) {
			q := resource.MustParse(test.quantity)
			if got := units[test.resource].amount(&q); got != test.want {
				t.Errorf("%s is %d, want %d", test.quantity, got, test.want)
			}
			big := resource.Quantity{}
			big.Add(*resource.NewQuantity(1, resource.DecimalSI))
			big.AsDec()
			big.Add(q)
			big.Sub(resource.MustParse("1"))
			if got := units[test.resource].amount(&big); got != test.want {
				t.Errorf("%s as a large number is %d, want %d", test.quantity, got, test.want)
			}
		})
	}
}

func TestResizeInPlace(t *testing.T) {
	infeasible := []corev1.PodCondition{{Type: corev1.PodResizePending, Reason: corev1.PodReasonInfeasible}}
	tests := []struct {
		name       string
		wanted     string
		allocated  string
		inForce    string
		conditions []corev1.PodCondition
		want       int64
	}{
		{"up, not yet done", "2", "1", "1", nil, 2e9},
		{"up, allocated, not yet in force", "2", "2", "1", nil, 2e9},
		{"down, not yet in force", "1", "1", "2", nil, 2e9},
		{"down, done", "1", "1", "1", nil, 1e9},
		{"up, infeasible", "64", "1", "1", infeasible, 1e9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status := corev1.ContainerStatus{
				Name: "main", AllocatedResources: list(test.allocated, ""),
				Resources: &corev1.ResourceRequirements{Requests: list(test.inForce, ""), Limits: list(test.inForce, "")},
			}
			p := podOf("shop", "web", "1", func(p *corev1.Pod) {
				p.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: list(test.wanted, "")}
				p.Status.Conditions, p.Status.ContainerStatuses = test.conditions, []corev1.ContainerStatus{status}
			})
			got := compactPod(p, newInterner()).pod.Containers[0].Requests
			if diff := gocmp.Diff(onlyCPU(test.want), got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResizeOfPodLevel(t *testing.T) {
	p := podOf("shop", "web", "1", func(p *corev1.Pod) {
		p.Spec.Resources = &corev1.ResourceRequirements{Requests: list("1", ""), Limits: list("", "1Gi")}
		p.Status.AllocatedResources = list("3", "5Gi")
		p.Status.Resources = &corev1.ResourceRequirements{Requests: list("2", "5Gi"), Limits: list("4", "2Gi")}
	})
	want := &model.Resources{
		Requests: onlyCPU(3e9),
		Limits:   model.Declared{Amounts: model.Amounts{0, 2 << 30}, Set: [model.ResourceCount]bool{false, true}},
	}
	if diff := gocmp.Diff(want, podLevel(p)); diff != "" {
		t.Errorf("down, not yet in force (-want +got):\n%s", diff)
	}
	p.Spec.Resources.Requests = list("64", "")
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodResizePending, Reason: corev1.PodReasonInfeasible}}
	if diff := gocmp.Diff(want, podLevel(p)); diff != "" {
		t.Errorf("infeasible (-want +got):\n%s", diff)
	}
}

// TestContainersFollowTheHelper holds declaredBy to the rule of the library,
// which knows whole pods only: a pod of one container shows the container's.
func TestContainersFollowTheHelper(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() corev1.ResourceList {
		if random.IntN(3) == 0 {
			return nil
		}
		values := []string{"", "0", "1", "2", "3"}
		return list(values[random.IntN(len(values))], values[random.IntN(len(values))])
	}
	options := podresources.PodResourcesOptions{UseStatusResources: true, ExcludeOverhead: true}
	for range 20_000 {
		p := podOf("shop", "web", "1", func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: pick(), Limits: pick()}
			if random.IntN(4) > 0 {
				status := corev1.ContainerStatus{Name: "main", AllocatedResources: pick()}
				if random.IntN(3) > 0 {
					status.Resources = &corev1.ResourceRequirements{Requests: pick(), Limits: pick()}
				}
				p.Status.ContainerStatuses = []corev1.ContainerStatus{status}
			}
			if random.IntN(3) == 0 {
				p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodResizePending, Reason: corev1.PodReasonInfeasible}}
			}
		})
		var want model.Resources
		raise(&want.Requests, podresources.PodRequests(p, options))
		raise(&want.Limits, podresources.PodLimits(p, options))
		if diff := gocmp.Diff(want, compactPod(p, newInterner()).pod.Containers[0].Resources); diff != "" {
			t.Fatalf("declared (-helper +got):\n%s\nof %+v, status %+v", diff, p.Spec.Containers[0], p.Status)
		}
	}
}
