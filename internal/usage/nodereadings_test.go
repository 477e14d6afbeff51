package usage_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestNodeReadingsAgreeWithOracle leads the engine through nodes that change at
// random, and compares the readings of thresholds at each step.
func TestNodeReadingsAgreeWithOracle(t *testing.T) {
	var data [3]int
	for seed := range uint64(10) {
		w := newNodeWorld(seed)
		needs := map[usage.ID]*trueNodeReport{}
		for step := range 200 {
			w.changeThreshold(t, needs)
			for range w.IntN(3) {
				w.engine.Apply(w.change())
			}
			w.clock = w.clock.Add(time.Duration(10_000+w.IntN(10_000)) * time.Millisecond)
			if w.IntN(12) == 0 {
				w.clock = w.clock.Add(time.Duration(w.IntN(200)) * time.Second)
			}
			w.tick(t)
			for id, r := range needs {
				w.compareReadings(t, id, r, &data)
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
	}
	if min(data[usage.Complete], data[usage.Partial], data[usage.MissingData]) < 100 {
		t.Errorf("the comparison met too little: %v", data)
	}
}

func (w *nodeWorld) changeThreshold(t *testing.T, needs map[usage.ID]*trueNodeReport) {
	t.Helper()
	if len(needs) > 0 && w.IntN(4) > 0 {
		return
	}
	id := usage.ID{Kind: "ClusterResourceThreshold", Name: fmt.Sprint(w.IntN(4))}
	r := &trueNodeReport{spec: w.spec(), need: usage.Need{Alert: &usage.Alert{
		Resource:  model.Resource(w.IntN(2)),
		Measure:   []usage.Measure{usage.Usage, usage.PercentOfAllocatable, usage.PercentOfAllocatable, usage.PercentOfLimits}[w.IntN(4)],
		Combine:   usage.Combine(w.IntN(3)),
		Statistic: usage.Current,
	}}}
	set(t, w.engine, id, r.spec, r.need)
	needs[id] = r
}

func (w *nodeWorld) compareReadings(t *testing.T, id usage.ID, r *trueNodeReport, data *[3]int) {
	t.Helper()
	readings, _, ok := w.engine.Readings(id)
	of := map[model.Subject][]*trueNode{}
	if r.spec.GroupBy == nil {
		of[model.Subject{}] = nil
	}
	for _, n := range w.truth.nodes {
		if selectsNode(r.spec.NodeSelector, n.Labels) {
			key := nodeKeyOf(r.spec.GroupBy, n)
			of[key] = append(of[key], n)
		}
	}
	if !ok || len(readings) != len(of) {
		t.Errorf("%v: %d readings, want %d", id, len(readings), len(of))
	}
	for i := range readings {
		x := readings[i]
		if i > 0 && compareSubjects(readings[i-1].Subject, x.Subject) >= 0 {
			t.Errorf("%v: %+v stands in the wrong place", id, x.Subject)
		}
		want := w.truth.reading(r.need.Alert, of[x.Subject])
		want.Subject = x.Subject
		if x != want {
			t.Errorf("%v: got %+v, want %+v", *r.need.Alert, x, want)
		}
		data[x.Data]++
	}
}

// reading is exact: a missing node is taken to use nothing, and to use all that it
// has.
func (o *nodeOracle) reading(a *usage.Alert, nodes []*trueNode) usage.Reading {
	var used, usedOf, of, lacking, lackingOf big.Int
	x := usage.Reading{Pods: len(nodes), Data: usage.Complete}
	observed, endless := 0, false
	var newest time.Time
	for _, n := range nodes {
		has := n.Allocatable.Amounts[a.Resource]
		now := o.current(n)
		switch {
		case now == nil:
			lacking.Add(&lacking, big.NewInt(has))
			endless = endless || has == 0
			continue
		case has > 0:
			usedOf.Add(&usedOf, big.NewInt(now.usage[a.Resource]))
			of.Add(&of, big.NewInt(has))
		}
		observed++
		used.Add(&used, big.NewInt(now.usage[a.Resource]))
		if now.time.After(newest) {
			newest = now.time
		}
	}
	x.SampleTime = newest
	if observed < len(nodes) {
		x.Data = usage.Partial
	} else if observed == 0 {
		x.SampleTime = o.settled.Truncate(time.Second)
	}
	known := observed > 0
	if a.Measure == usage.PercentOfAllocatable {
		known = of.Sign() > 0
	}
	if x.Data == usage.Partial && !known {
		x.Data = usage.MissingData
	}
	switch a.Measure {
	case usage.Usage:
		x.Value, x.Lower = clamped(&used), clamped(&used)
		x.Usage = x.Value
		if x.Upper = clamped(new(big.Int).Add(&used, &lacking)); endless {
			x.Upper = math.MaxInt64
		}
	case usage.PercentOfAllocatable:
		lackingOf.Add(&of, &lacking)
		if x.Denominator = clamped(&of); of.Sign() == 0 {
			x.Denominator = clamped(&lackingOf)
		}
		x.Usage = clamped(&usedOf)
		x.Value, x.Lower = billionths(&usedOf, &of), billionths(&usedOf, &lackingOf)
		x.Upper = max(x.Value, billionths(usedOf.Add(&usedOf, &lacking), &lackingOf))
	}
	return x
}

func billionths(n, of *big.Int) int64 {
	if of.Sign() == 0 {
		return 0
	}
	scaled := new(big.Int).Mul(n, big.NewInt(1e9))
	return clamped(scaled.Div(scaled, of))
}

// TestNodeWindow: a node that is lost is a gap, and one that is gone is read no more
// when its last sample would not count any more.
func TestNodeWindow(t *testing.T) {
	spec := grouped(v1alpha1.GroupByNode)
	spec.Target = v1alpha1.TargetNodes
	plan := compiled(t, "", spec)
	a := &model.Node{Name: "a", UID: "1", CreationTime: at(-3600).Unix(), Allocatable: declared(8*cores, 1)}
	need := usage.Need{Window: 5 * time.Minute, Alert: &usage.Alert{Measure: usage.PercentOfAllocatable, Statistic: usage.Average}}
	e := usage.New()
	e.Set(clusterThreshold, plan, need)
	e.Apply([]model.Change{{Node: a}})
	tick := func(second float64, cpu int64) {
		s := &model.NodeSamples{ReadTime: at(second)}
		if cpu > 0 {
			s.Nodes = []model.NodeSample{{Name: "a", Time: at(second - 5), Window: 15 * time.Second, Usage: model.Amounts{cpu * cores, 1}}}
		}
		e.TickNodes(s)
	}
	for i := range 10 {
		tick(float64(15*i), 4)
	}
	x := theReading(t, e)
	// Of 300 s, 150 s were observed at 50 %, and the rest can have been anything up to
	// 100 %.
	if x.Data != usage.Partial || x.Value != 500_000_000 || x.Lower != 250_000_000 || x.Upper != 750_000_000 {
		t.Errorf("in the middle of the window: %+v", x)
	}
	for i := range 10 {
		tick(float64(150+15*i), 8)
	}
	if x := theReading(t, e); x.Data != usage.Complete || x.Value != 750_000_000 || x.Lower != x.Value || x.Upper != x.Value {
		t.Errorf("with a full window: %+v", x)
	}
	s, _ := e.Snapshot(clusterThreshold, plan)
	again := usage.New()
	again.Restore(clusterThreshold, plan, need, s, at(300))
	again.Apply([]model.Change{{Node: a}})
	again.TickNodes(&model.NodeSamples{ReadTime: at(300), Nodes: []model.NodeSample{{Name: "a", Time: at(299), Window: 15 * time.Second, Usage: model.Amounts{8 * cores, 1}}}})
	tick(300, 8)
	if x, y := theReading(t, e), theReading(t, again); x.Value != y.Value || y.Data != usage.Complete || x.Value < 750_000_000 {
		t.Errorf("without a restart %+v, with one %+v", x, y)
	}
	e.Apply([]model.Change{{Node: a, Gone: true}})
	tick(315, 0)
	if x := theReading(t, e); x.Pods != 0 {
		t.Errorf("after it has gone: %+v", x)
	}
	tick(360, 0)
	if readings, _, _ := e.Readings(clusterThreshold); len(readings) != 0 {
		t.Errorf("some time later: %+v", readings)
	}
}
