package usage_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestNodeReportsAgreeWithOracle leads the engine through nodes that change at
// random, and compares every report of nodes with the oracle at each step.
func TestNodeReportsAgreeWithOracle(t *testing.T) {
	omitted := 0
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newNodeWorld(seed)
			for step := range 200 {
				w.step(t)
				w.compare(t)
				if t.Failed() {
					t.Fatalf("step %d", step)
				}
			}
			if s := w.seen; s.rows < 500 || s.others < 20 || slices.Min(s.reasons[:]) < 5 {
				t.Errorf("the comparison met too little: %+v", s)
			}
			omitted += w.seen.omitted
		})
	}
	if omitted == 0 {
		t.Error("no list of what is missing was cut")
	}
}

// nodeWorld is a cluster of nodes that changes, the engine that follows it and
// the oracle that knows the truth.
type nodeWorld struct {
	*rand.Rand
	engine *usage.Engine
	truth  nodeOracle
	pods   map[usage.ID]bool // reports of pods
	clock  time.Time
	born   int
	seen   struct {
		rows, others, omitted int
		reasons               [3]int // lost, unknown, new
	}
}

// scraped is how far apart samples are; they lie on a grid, so that the
// resolution is known.
const scraped = 15 * time.Second

func newNodeWorld(seed uint64) *nodeWorld {
	w := &nodeWorld{
		Rand: rand.New(rand.NewPCG(seed, 1)), engine: usage.New(), clock: start,
		truth: nodeOracle{reports: map[usage.ID]*trueNodeReport{}}, pods: map[usage.ID]bool{},
	}
	for range 20 + w.IntN(30) {
		w.engine.Apply([]model.Change{w.create()})
	}
	return w
}

func (w *nodeWorld) step(t *testing.T) {
	t.Helper()
	for range w.IntN(3) {
		w.engine.Apply(w.change())
	}
	if w.IntN(3) == 0 {
		w.changeReport(t)
	}
	w.clock = w.clock.Add(time.Duration(10_000+w.IntN(10_000)) * time.Millisecond)
	if w.IntN(12) == 0 {
		w.clock = w.clock.Add(time.Duration(w.IntN(200)) * time.Second)
	}
	switch w.IntN(8) {
	case 0:
		w.engine.Sum(w.clock)
		w.settle()
	case 1: // pods are read, and nodes cannot be
		w.engine.Tick(&model.Samples{ReadTime: w.clock})
	default:
		w.tick(t)
	}
}

func (w *nodeWorld) settle() {
	w.truth.settled, w.truth.forgotten = w.clock, false
	w.truth.carry = 150 * time.Second
	if w.truth.resolution > 0 {
		w.truth.carry = w.truth.resolution * 5 / 2
	}
}

func (w *nodeWorld) create() model.Change {
	w.born++
	n := w.shape(&model.Node{
		UID: fmt.Sprint("uid-", w.born), Name: fmt.Sprintf("node-%03d", w.born),
		CreationTime: w.clock.Unix() - w.Int64N(120),
	})
	w.truth.nodes = append(w.truth.nodes, &trueNode{Node: n})
	return model.Change{Node: n}
}

func (w *nodeWorld) shape(n *model.Node) *model.Node {
	labels := map[string]string{}
	for _, key := range []string{"pool", "zone"} {
		if i := w.IntN(4); i > 0 {
			labels[key] = fmt.Sprint(i)
		}
	}
	n.Labels, n.Ready = model.NewLabels(labels), w.IntN(3) > 0
	for r := range n.Allocatable.Amounts {
		n.Allocatable.Amounts[r], n.Allocatable.Set[r] = w.amount(), true
		if w.IntN(10) == 0 {
			n.Allocatable.Amounts[r], n.Allocatable.Set[r] = 0, false
		}
	}
	return n
}

// amount is often odd, sometimes 0 or as large as it can be.
func (w *nodeWorld) amount() int64 {
	switch w.IntN(12) {
	case 0:
		return 0
	case 1:
		return math.MaxInt64 - w.Int64N(3)
	case 2:
		return 1 + w.Int64N(5)
	default:
		return w.Int64N(64 << 30)
	}
}

// change changes a node, mostly without its labels.
func (w *nodeWorld) change() []model.Change {
	if len(w.truth.nodes) == 0 || w.IntN(6) == 0 {
		return []model.Change{w.create()}
	}
	at := w.IntN(len(w.truth.nodes))
	truth := w.truth.nodes[at]
	n := *truth.Node
	switch w.IntN(5) {
	case 0:
		w.truth.nodes = slices.Delete(w.truth.nodes, at, at+1)
		return []model.Change{{Node: truth.Node, Gone: true}}
	case 1: // another node under the same name
		w.born++
		n.UID, n.CreationTime = fmt.Sprint("uid-", w.born), w.clock.Unix()-w.Int64N(20)
		w.truth.nodes[at] = &trueNode{Node: w.shape(&n)}
		return []model.Change{{Node: &n}}
	case 2:
		n.Ready = !n.Ready
	default:
		w.shape(&n)
	}
	truth.Node = &n
	return []model.Change{{Node: &n}}
}

func (w *nodeWorld) changeReport(t *testing.T) {
	t.Helper()
	id := usage.ID{Kind: "ClusterUsageReport", Name: fmt.Sprint(w.IntN(5))}
	_, ofNodes := w.truth.reports[id]
	delete(w.truth.reports, id)
	delete(w.pods, id)
	switch w.IntN(6) {
	case 0:
		w.engine.Remove(id)
	case 1:
		set(t, w.engine, id, everyPod, many)
		w.pods[id] = true
	default:
		r := &trueNodeReport{spec: w.spec(), need: usage.Need{Top: w.IntN(8), By: usage.Order{
			Resource: model.Resource(w.IntN(2)), Measure: []usage.Measure{usage.Usage, usage.PercentOfAllocatable}[w.IntN(2)],
		}}}
		set(t, w.engine, id, r.spec, r.need)
		w.truth.reports[id] = r
	}
	w.truth.forgotten = w.truth.forgotten || ofNodes && len(w.truth.reports) == 0
}

func (w *nodeWorld) spec() v1alpha1.ClusterSelection {
	s := v1alpha1.ClusterSelection{Target: v1alpha1.TargetNodes}
	expression := func(op v1alpha1.LabelOperator, values ...string) *v1alpha1.LabelSelector {
		return &v1alpha1.LabelSelector{MatchExpressions: []v1alpha1.LabelExpression{{Key: "pool", Operator: op, Values: values}}}
	}
	s.NodeSelector = []*v1alpha1.LabelSelector{
		nil, nil, nil, {MatchLabels: map[string]v1alpha1.LabelValue{"pool": "1"}},
		expression(v1alpha1.LabelIn, "1", "2"), expression(v1alpha1.LabelNotIn, "1", "2"),
		expression(v1alpha1.LabelExists), expression(v1alpha1.LabelDoesNotExist),
	}[w.IntN(8)]
	node := v1alpha1.GroupKey{Type: v1alpha1.GroupByNode}
	pool := v1alpha1.GroupKey{Type: v1alpha1.GroupByNodeLabel, Label: "pool"}
	zone := v1alpha1.GroupKey{Type: v1alpha1.GroupByNodeLabel, Label: "zone"}
	s.GroupBy = [][]v1alpha1.GroupKey{nil, {node}, {pool}, {zone, pool}, {pool, node}}[w.IntN(5)]
	return s
}

// tick reads the Metrics API, with all that can be wrong with an answer.
func (w *nodeWorld) tick(t *testing.T) {
	t.Helper()
	s := &model.NodeSamples{ReadTime: w.clock, Nodes: []model.NodeSample{{Name: "elsewhere", Time: w.clock, Window: scraped}}}
	newSamples := 0
	for _, n := range w.truth.nodes {
		if w.IntN(6) == 0 || n.UID < "uid-2" { // some are lost for good
			continue
		}
		r := nodeReading{time: w.clock.Truncate(scraped), readTime: w.clock, usage: model.Amounts{w.amount(), w.amount()}}
		switch w.IntN(20) {
		case 0:
			r.time = time.Time{}
		case 1:
			r.time = r.time.Add(-time.Duration(w.IntN(10)) * scraped)
		}
		if n.take(r, w.truth.carry) {
			newSamples++
		}
		s.Nodes = append(s.Nodes, model.NodeSample{Name: n.Name, Time: r.time, Window: scraped, Usage: r.usage})
	}
	if newSamples > 0 && len(w.pods) == 0 {
		w.truth.resolution = scraped
	}
	if got := w.engine.TickNodes(s).New; got != newSamples {
		t.Errorf("%d nodes have a new sample, want %d", got, newSamples)
	}
	w.settle()
}

func (w *nodeWorld) compare(t *testing.T) {
	t.Helper()
	for id, r := range w.truth.reports {
		w.compareView(t, id, r)
	}
	if got, want := w.engine.Wants(model.Nodes), len(w.truth.reports) > 0; got != want {
		t.Errorf("nodes are wanted: %t", got)
	}
	if got, want := w.engine.Wants(model.Pods), len(w.pods) > 0; got != want {
		t.Errorf("pods are wanted: %t", got)
	}
	if got, want := w.engine.Len(), len(w.truth.reports)+len(w.pods); got != want {
		t.Errorf("%d reports, want %d", got, want)
	}
	if got := w.engine.Resolution(); got != w.truth.resolution {
		t.Errorf("resolution %v, want %v", got, w.truth.resolution)
	}
	if got, want := w.engine.Expects(model.Nodes), slices.ContainsFunc(w.truth.nodes, func(n *trueNode) bool { return n.Ready }); got != want {
		t.Errorf("a sample is expected: %t", got)
	}
}

func (w *nodeWorld) compareView(t *testing.T, id usage.ID, r *trueNodeReport) {
	t.Helper()
	total, rows, newest := w.truth.answer(r)
	missing := w.truth.missing(r)
	top := min(r.need.Top, len(rows))
	var labels []string
	for _, k := range r.spec.GroupBy {
		if k.Type == v1alpha1.GroupByNodeLabel {
			labels = append(labels, k.Label)
		}
	}
	want := &usage.View{
		Target: model.Nodes, SampleTime: newest, Resolution: w.truth.resolution, LabelKeys: labels, Grouped: len(r.spec.GroupBy) > 0,
		Nodes: usage.Coverage{Expected: total.Nodes, Observed: total.Observed}, Total: total.row(), RowCount: len(rows),
		Missing: missing[:min(len(missing), usage.MaxMissing)], MissingOmitted: max(len(missing)-usage.MaxMissing, 0),
	}
	for _, row := range rows[:top] {
		want.Rows = append(want.Rows, row.row())
	}
	if top < len(rows) {
		rest := &nodeTruth{}
		for _, row := range rows[top:] {
			rest.fold(row)
		}
		want.Other = new(rest.row())
	}
	got := view(t, w.engine, id)
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%v %+v (-oracle +engine):\n%s", id, *r, gocmp.Diff(want, got, gocmp.AllowUnexported(model.Sum{})))
	}
	w.count(got)
}

func (w *nodeWorld) count(v *usage.View) {
	w.seen.rows += len(v.Rows)
	w.seen.omitted += v.MissingOmitted
	if v.Other != nil {
		w.seen.others++
	}
	for _, m := range v.Missing {
		w.seen.reasons[map[usage.Reason]int{usage.NodeLost: 0, usage.Unknown: 1, usage.TooNew: 2}[m.Reason]]++
	}
}

// row is the truth in the form of the engine.
func (x *nodeTruth) row() usage.Row {
	row := usage.Row{Subject: x.Subject, Nodes: x.Nodes}
	for r := range row.Resources {
		row.Resources[r] = usage.Amount{
			Observed: x.Observed > 0, Usage: sumOf(&x.Usage[r]),
			Allocatable: usage.Denominator{
				Declared: sumOf(&x.Allocatable[r]), Set: x.Set[r], Unset: x.Nodes - x.Set[r],
				Usage: sumOf(&x.OfAllocatable[r]), Base: sumOf(&x.Base[r]),
			},
		}
	}
	return row
}
