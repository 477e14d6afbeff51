package e2e

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// schedule is what the pod of TestWindow is simulated to use, one after the
// other, each for some scrapes.
var schedule = []string{"100m", "400m", "50m"}

// scrapesOfAStage is for how many scrapes each stage of the schedule lasts.
const scrapesOfAStage = 4

// TestWindow leads a pod's usage through a schedule, and compares the statistics
// over the window with those of all samples that the Metrics API gave.
func TestWindow(t *testing.T) {
	t.Parallel()
	namespace := newNamespace(t, "window", nil)
	// It runs before the report is there: a time without pods counts, as zero.
	pod := runPod(t, namespace, "busy", usage(schedule[0], "64Mi"), "busy")
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "busy"}}
	r.Spec.ReportSettings = fastest
	r.Spec.Window = "5m"
	r.Spec.Statistics = []v1alpha1.Statistic{v1alpha1.StatisticAverage, v1alpha1.StatisticMaximum, v1alpha1.StatisticP50, v1alpha1.StatisticP95}
	create(t, r)
	var seen samples
	for _, cpu := range schedule {
		use(t, pod, cpu)
		seen.collect(t, pod, scrapesOfAStage)
	}
	eventually(t, twoTicks, func(ctx context.Context) error {
		if err := seen.observe(ctx, pod); err != nil {
			return err
		}
		if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
		return seen.agree(&r.Status)
	})
}

func use(t *testing.T, pod *corev1.Pod, cpu string) {
	t.Helper()
	patch := client.MergeFrom(pod.DeepCopy())
	pod.Annotations = usage(cpu, "64Mi")
	if err := api.Patch(t.Context(), pod, patch); err != nil {
		t.Fatal(err)
	}
}

// samples are those of one pod's CPU, oldest first, in nanocores.
type samples struct {
	oldest, newest time.Time
	cpu            []*big.Int
}

// collect waits for so many new samples.
func (s *samples) collect(t *testing.T, pod *corev1.Pod, count int) {
	t.Helper()
	enough := len(s.cpu) + count
	eventually(t, soon, func(ctx context.Context) error {
		if err := s.observe(ctx, pod); err != nil {
			return err
		}
		if len(s.cpu) < enough {
			return fmt.Errorf("%d of %d samples", len(s.cpu), enough)
		}
		return nil
	})
}

// observe adds the pod's sample if it is new.
func (s *samples) observe(ctx context.Context, pod *corev1.Pod) error {
	now, err := observe(ctx)
	if err != nil {
		return err
	}
	m, ok := now.metrics[pod.Namespace+"/"+pod.Name]
	if ok && m.Timestamp.After(s.newest) {
		if s.newest = m.Timestamp; len(s.cpu) == 0 {
			s.oldest = s.newest
		}
		s.cpu = append(s.cpu, exact(corev1.ResourceCPU, resource.MustParse(m.Containers[0].Usage["cpu"])))
	}
	return nil
}

// agree compares statistics with plain ones over the samples. The operator may
// have missed the first sample or not seen the last one yet, and its ticks are
// not quite equally far apart.
func (s *samples) agree(status *v1alpha1.ReportStatus) error {
	if status.Total == nil || status.Window == nil {
		return fmt.Errorf("no window yet: %+v", status)
	}
	sorted := slices.SortedFunc(slices.Values(s.cpu), (*big.Int).Cmp)
	cpu := status.Total.Resources[v1alpha1.ResourceCPU]
	n := len(sorted)
	if want, got := rounded(corev1.ResourceCPU, sorted[n-1]), quantity(cpu.Maximum); want.Cmp(got) != 0 {
		return fmt.Errorf("the maximum is %s, want %s of %s", got, want, sorted)
	}
	missed := n / 4 // on a busy machine a read can come too late for a scrape
	if err := near("the average", cpu.Average, mean(sorted[:n-missed]), mean(sorted[missed:]), 5); err != nil {
		return err
	}
	if err := near("p50", cpu.P50, sorted[n/2-2], sorted[n/2+1], 2); err != nil {
		return err
	}
	if err := near("p95", cpu.P95, sorted[n-2], sorted[n-1], 2); err != nil {
		return err
	}
	return near("the observed time", v1alpha1.Quantity(fmt.Sprint(status.Window.ObservedSeconds)), s.seconds(n-1-missed), s.seconds(n+1), 5)
}

// seconds is the time that so many samples stand for, in billionths as near
// wants it.
func (s *samples) seconds(count int) *big.Int {
	return big.NewInt(int64(s.newest.Sub(s.oldest)) * int64(count) / int64(len(s.cpu)-1))
}

func mean(values []*big.Int) *big.Int {
	sum := new(big.Int)
	for _, n := range values {
		sum.Add(sum, n)
	}
	return sum.Div(sum, big.NewInt(int64(len(values))))
}

func quantity(q v1alpha1.Quantity) *big.Int {
	return exact(corev1.ResourceCPU, resource.MustParse(string(q)))
}

// near requires a quantity between two amounts, give or take some percent.
func near(what string, q v1alpha1.Quantity, low, high *big.Int, percent int64) error {
	if q == "" {
		return fmt.Errorf("%s is not there", what)
	}
	scaled := func(n *big.Int, by int64) *big.Int { return new(big.Int).Mul(n, big.NewInt(by)) }
	got := scaled(quantity(q), 100)
	if got.Cmp(scaled(low, 100-percent)) < 0 || got.Cmp(scaled(high, 100+percent)) > 0 {
		return fmt.Errorf("%s is %s, want %s to %s nanocores within %d %%", what, q, low, high, percent)
	}
	return nil
}
