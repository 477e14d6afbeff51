package controller

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/report"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// engineSource is a source with a real engine behind it.
type engineSource struct {
	*fakeSource
	engine *usage.Engine
}

func (s *engineSource) Serve(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration) {
	s.fakeSource.Serve(id, plan, need, interval)
	s.engine.Set(id, plan, need)
}

func (s *engineSource) View(id usage.ID) *usage.View {
	v, _ := s.engine.View(id)
	return v
}

// absurdPods have one container each and names of every length, with owners that
// nobody has bounded. Each uses a core more than the one before.
func absurdPods(n int) (changes []model.Change, samples *model.Samples) {
	samples = &model.Samples{ReadTime: now}
	value := strings.Repeat("v", 63)
	for i := range n {
		p := &model.Pod{
			UID: fmt.Sprint(i), Namespace: "shop", Name: fmt.Sprintf("%03d", i) + strings.Repeat("p", 250), Node: strings.Repeat("n", 253),
			Labels:     model.NewLabels(map[string]string{longKey(0): value, longKey(1): value}),
			Owners:     []model.Workload{{Group: strings.Repeat("<", 500), Kind: strings.Repeat("&", 500), Name: strings.Repeat(">", 500)}},
			Containers: []model.Container{{Name: "app"}}, Started: []int64{1}, Ran: true, StartTime: 1,
		}
		changes = append(changes, model.Change{Pod: p})
		at := int32(i)
		samples.Containers = append(samples.Containers, model.ContainerSample{Name: "app", Usage: model.Amounts{int64(i+1) * 1_000_000_000, 1}})
		samples.Pods = append(samples.Pods, model.PodSample{Namespace: "shop", Name: p.Name, Time: now, Window: 15 * time.Second, First: at, Last: at + 1})
	}
	return changes, samples
}

func longKey(i int) string {
	return strings.Repeat("d", 253) + "/" + fmt.Sprint(i) + strings.Repeat("k", 62)
}

// TestTruncated: rows that do not fit are summed in other, and nothing is lost.
func TestTruncated(t *testing.T) {
	const pods, top = 120, 100
	f := idle(t)
	source := &engineSource{f.source, usage.New()}
	changes, samples := absurdPods(pods)
	source.engine.Apply(changes)
	id := f.create("ClusterUsageReport", "absurd", 0, func(o v1alpha1.ReportObject) {
		o.Settings().Top = top
		if r, ok := o.(*v1alpha1.ClusterUsageReport); ok {
			r.Spec.GroupBy = []v1alpha1.GroupKey{
				{Type: v1alpha1.GroupByPod}, {Type: v1alpha1.GroupByWorkload},
				{Type: v1alpha1.GroupByPodLabel, Label: longKey(0)}, {Type: v1alpha1.GroupByPodLabel, Label: longKey(1)},
			}
		}
	})
	object := f.cached(id)
	r := f.reconciler(id.Kind, source)
	r.decide(object)
	source.engine.Tick(samples)
	r.mustReconcile(f, object)

	stored := f.get(id)
	status := stored.ReportStatus()
	text, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	rows := len(status.Groups)
	if len(text) > report.MaxBytes || len(text) < report.MaxBytes*9/10 || rows >= top {
		t.Errorf("the status has %d rows in %d bytes, want nearly %d", rows, len(text), report.MaxBytes)
	}
	if status.GroupCount != pods || *status.Total.Pods != pods || int(*status.Other.Pods) != pods-rows {
		t.Errorf("%d groups; %d pods in all, %d in %d rows and %d in other", status.GroupCount, *status.Total.Pods, rows, rows, *status.Other.Pods)
	}
	var rest int
	for i := 1; i <= pods-rows; i++ {
		rest += i
	}
	if got, want := status.Other.Resources["cpu"].Usage, v1alpha1.Quantity(fmt.Sprint(rest*1000, "m")); got != want {
		t.Errorf("the other rows use %s, want %s", got, want)
	}
	if c := status.Conditions[len(status.Conditions)-1]; c.Reason != v1alpha1.ReasonTruncated || c.Status != "False" {
		t.Errorf("the last condition is %+v, want Complete False with Truncated", c)
	}
	r.mustReconcile(f, f.cached(id))
	f.mustHavePatched(id, 1)
}
