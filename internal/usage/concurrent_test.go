package usage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestConcurrentUse ticks while reports come, go and are looked at. Whatever the
// order, the rows of a view add up to its total.
func TestConcurrentUse(t *testing.T) {
	e := usage.New()
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	done := make(chan struct{})
	var others sync.WaitGroup
	for worker := range 3 {
		others.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 0))
			for {
				select {
				case <-done:
					return
				default:
					disturb(t, e, random)
				}
			}
		})
	}
	for round := range rounds {
		churn(e, round)
	}
	close(done)
	others.Wait()
}

// churn replaces some pods and reads the Metrics API.
func churn(e *usage.Engine, round int) {
	var changes []model.Change
	var samples []sampled
	for i := range 50 {
		p := newPod(fmt.Sprint("n", i/10), fmt.Sprint("p", i%10), "app")
		if i%7 == round%7 {
			changes = append(changes, gone(p)...)
		} else {
			changes = append(changes, present(changed(p, func(p *model.Pod) { p.Node = fmt.Sprint("n", round%3) }))...)
		}
		samples = append(samples, one(p.Namespace, p.Name, at(float64(15*round)), int64(i)))
	}
	e.Apply(changes)
	e.Namespaces()
	e.Tick(answerOf(at(float64(15*round)), samples...))
	e.Sum(at(float64(15*round + 1)))
}

func disturb(t *testing.T, e *usage.Engine, random *rand.Rand) {
	id := usage.ID{Kind: "ClusterUsageReport", Name: fmt.Sprint(random.IntN(6))}
	switch random.IntN(4) {
	case 0:
		plan, err := selection.Compile("", grouped(v1alpha1.GroupByNamespace, v1alpha1.GroupByNode))
		if err != nil {
			t.Error(err)
		}
		e.Set(id, plan, usage.Need{Top: 1 + random.IntN(20)})
	case 1:
		e.Remove(id)
	default:
		if v, ok := e.View(id); ok {
			addsUp(t, v)
		}
		e.Expects(model.Pods)
		e.Resolution()
		e.Len()
	}
}

func addsUp(t *testing.T, v *usage.View) {
	t.Helper()
	var pods int
	var used, requested model.Sum
	rows := v.Rows
	if v.Other != nil {
		rows = append(slices.Clip(rows), *v.Other)
	}
	for i := range rows {
		cpu := &rows[i].Resources[model.CPU]
		pods += rows[i].Pods
		used, requested = used.Add(cpu.Usage), requested.Add(cpu.Requests.Declared)
	}
	total := &v.Total.Resources[model.CPU]
	if pods != v.Total.Pods || used != total.Usage || requested != total.Requests.Declared {
		t.Errorf("rows of %d pods, %v used, %v requested; total %d, %v, %v",
			pods, used, requested, v.Total.Pods, total.Usage, total.Requests.Declared)
	}
}
