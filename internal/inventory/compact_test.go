package inventory

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

var (
	always = corev1.ContainerRestartPolicyAlways
	began  = metav1.NewTime(time.Unix(1_700_000_000, 0))
)

func runningSince(name string, at metav1.Time) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}}}
}

func set(cpu, memory int64) model.Declared {
	return model.Declared{Amounts: model.Amounts{cpu, memory}, Set: [model.ResourceCount]bool{true, true}}
}

func onlyCPU(nanocores int64) model.Declared {
	return model.Declared{Amounts: model.Amounts{nanocores, 0}, Set: [model.ResourceCount]bool{true, false}}
}

func container(name string, requests model.Declared) model.Container {
	return model.Container{Name: name, Resources: model.Resources{Requests: requests}}
}

func TestPodIsCompacted(t *testing.T) {
	const mi = 1 << 20
	main := container("main", set(1e8, 64*mi))
	base := func(change func(*model.Pod)) *model.Pod {
		p := &model.Pod{
			UID: "1", Namespace: "shop", Name: "web", Node: "node-1", Labels: model.Labels{{Key: "app", Value: "web"}},
			Containers: []model.Container{main}, Started: []int64{0},
		}
		if change != nil {
			change(p)
		}
		return p
	}
	tests := []struct {
		name string
		pod  func(*corev1.Pod)
		want *model.Pod
	}{
		{"not bound", func(p *corev1.Pod) { p.Spec.NodeName = "" }, nil},
		{"succeeded", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }, nil},
		{"failed", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }, nil},
		{"bound and pending", func(p *corev1.Pod) { p.Status.Phase = corev1.PodPending }, base(nil)},
		{"phase unknown", func(p *corev1.Pod) { p.Status.Phase = corev1.PodUnknown }, base(nil)},
		{"being deleted", func(p *corev1.Pod) { p.DeletionTimestamp = &began }, base(nil)},
		{"running without statuses", func(*corev1.Pod) {}, base(nil)},
		{
			"started",
			func(p *corev1.Pod) {
				p.Status.StartTime = &began
				p.Status.ContainerStatuses = []corev1.ContainerStatus{runningSince("main", metav1.NewTime(began.Add(9*time.Second)))}
			},
			base(func(p *model.Pod) { p.StartTime, p.Started, p.Ran = began.Unix(), []int64{began.Unix() + 9}, true }),
		},
		{
			"waiting after a crash",
			func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{
					Name:                 "main",
					State:                corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}},
					LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{StartedAt: began}},
				}}
			},
			base(func(p *model.Pod) { p.Ran = true }),
		},
		{
			"running again",
			func(p *corev1.Pod) {
				again := runningSince("main", began)
				again.RestartCount = 1
				p.Status.ContainerStatuses = []corev1.ContainerStatus{again}
			},
			base(func(p *model.Pod) { p.Started, p.Ran, p.Restarted = []int64{began.Unix()}, true, true }),
		},
		{
			"ended",
			func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{
					Name: "main", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{StartedAt: began}},
				}}
			},
			base(func(p *model.Pod) { p.Ran = true }),
		},
		{
			"an init container has run twice",
			func(p *corev1.Pod) {
				p.Spec.InitContainers = []corev1.Container{{Name: "migrate"}}
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{{
					Name: "migrate", RestartCount: 1, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{StartedAt: began}},
				}}
			},
			base(nil),
		},
		{
			"sidecars count, init containers do not, all are sorted by name",
			func(p *corev1.Pod) {
				p.Spec.InitContainers = []corev1.Container{
					{Name: "migrate", Resources: requests("8", "8Gi")},
					{Name: "a-proxy", RestartPolicy: &always, Resources: requests("10m", "1Mi")},
				}
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "log"})
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{runningSince("migrate", began), runningSince("a-proxy", began)}
			},
			base(func(p *model.Pod) {
				p.Containers = []model.Container{container("a-proxy", set(1e7, mi)), container("log", model.Declared{}), main}
				p.Started, p.Ran = []int64{began.Unix(), 0, 0}, true
			}),
		},
		{
			"a declared zero is set, what is missing is not",
			func(p *corev1.Pod) { p.Spec.Containers[0].Resources = requests("0", "") },
			base(func(p *model.Pod) { p.Containers = []model.Container{container("main", onlyCPU(0))} }),
		},
		{
			"no labels, no containers' resources",
			func(p *corev1.Pod) { p.Labels, p.Spec.Containers[0].Resources = nil, corev1.ResourceRequirements{} },
			base(func(p *model.Pod) {
				p.Labels, p.Containers = nil, []model.Container{container("main", model.Declared{})}
			}),
		},
		{
			"pod level",
			func(p *corev1.Pod) {
				p.Spec.Resources = &corev1.ResourceRequirements{Requests: list("1", ""), Limits: list("2", "1Gi")}
			},
			base(func(p *model.Pod) {
				p.PodLevel = &model.Resources{Requests: onlyCPU(1e9), Limits: set(2e9, 1<<30)}
			}),
		},
		{
			"pod level of other resources only",
			func(p *corev1.Pod) {
				p.Spec.Resources = &corev1.ResourceRequirements{Limits: corev1.ResourceList{"hugepages-2Mi": {}}}
			},
			base(nil),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := compactPod(podOf("shop", "web", "1", test.pod), newInterner())
			if got.out != (test.want == nil) {
				t.Fatalf("left out: %v", got.out)
			}
			if got.out {
				test.want = &model.Pod{UID: "1", Namespace: "shop", Name: "web"}
			}
			if diff := gocmp.Diff(test.want, got.pod); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
}
