package usage_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var everyNode = v1alpha1.ClusterSelection{Target: v1alpha1.TargetNodes}

// newNode returns an old node that is Ready and has 4 cores and 100Mi.
func newNode(name string, change ...func(*model.Node)) *model.Node {
	n := &model.Node{UID: "uid-" + name, Name: name, Allocatable: declared(4*cores, 100*mi), Ready: true, CreationTime: start.Unix() - 3600}
	for _, c := range change {
		c(n)
	}
	return n
}

func nodesPresent(nodes ...*model.Node) (changes []model.Change) {
	for _, n := range nodes {
		changes = append(changes, model.Change{Node: n})
	}
	return changes
}

// nodeSamples is an answer in which some nodes use one core and 1Mi.
func nodeSamples(read, taken float64, names ...string) *model.NodeSamples {
	s := &model.NodeSamples{ReadTime: at(read)}
	for _, name := range names {
		s.Nodes = append(s.Nodes, model.NodeSample{Name: name, Time: at(taken), Window: 15 * time.Second, Usage: model.Amounts{cores, mi}})
	}
	return s
}

func mustMissNodes(t *testing.T, e *usage.Engine, want ...usage.Missing) {
	t.Helper()
	if v := view(t, e, clusterReport); !slices.Equal(v.Missing, want) {
		t.Errorf("missing is %+v, want %+v", v.Missing, want)
	}
}

// TestLifeOfANodesSample: a sample counts for two and a half resolutions, and
// only newer ones of the same node are taken.
func TestLifeOfANodesSample(t *testing.T) {
	e := usage.New()
	e.Apply(nodesPresent(newNode("n1")))
	set(t, e, clusterReport, everyNode, many)
	mustUse(t, e, -1)
	e.TickNodes(nodeSamples(0, -2, "n1"))
	mustUse(t, e, 1)
	e.Apply(nodesPresent(newNode("n1", func(n *model.Node) { n.Ready = false })))
	mustUse(t, e, 1)
	for _, step := range []struct {
		what        string
		read, taken float64
		news        int
		want        int64
	}{
		{"the same again", 15, -2, 0, 1},
		{"an older one", 30, -17, 0, 1},
		{"two and a half resolutions", 37.5, -2, 0, 1},
		{"longer", 37.6, -2, 0, -1},
		{"an older one after that", 45, -17, 1, 1},
		{"the clock is right again", 60, 58, 1, 1},
	} {
		if got := e.TickNodes(nodeSamples(step.read, step.taken, "n1")); got.New != step.news {
			t.Errorf("%s: %d nodes with news, want %d", step.what, got.New, step.news)
		}
		t.Log(step.what)
		mustUse(t, e, step.want)
	}
	e.Apply(nodesPresent(newNode("n1", func(n *model.Node) { n.UID, n.CreationTime = "another", at(44).Unix() })))
	mustUse(t, e, -1)
	e.TickNodes(nodeSamples(60, 43, "n1"))
	mustUse(t, e, -1)
	e.TickNodes(nodeSamples(60, 44, "n1"))
	mustUse(t, e, 1)
}

// TestSamplesOfNodesAreForgotten with the last report of nodes, since nobody
// reads any more.
func TestSamplesOfNodesAreForgotten(t *testing.T) {
	for _, leave := range []func(e *usage.Engine){
		func(e *usage.Engine) { e.Remove(clusterReport) },
		func(e *usage.Engine) { set(t, e, clusterReport, everyPod, many) },
	} {
		e := usage.New()
		e.Apply(nodesPresent(newNode("n1")))
		set(t, e, clusterReport, everyNode, many)
		e.TickNodes(nodeSamples(0, -2, "n1"))
		leave(e)
		set(t, e, clusterReport, everyNode, many)
		mustUse(t, e, -1)
	}
}

// TestTargetOfAReportChanges: its rows become those of the other target.
func TestTargetOfAReportChanges(t *testing.T) {
	e := usage.New()
	e.Apply(nodesPresent(newNode("n1")))
	e.Apply(present(newPod("shop", "web", "app")))
	set(t, e, clusterReport, byPod, many)
	e.Tick(answerOf(at(0), one("shop", "web", at(0), 7)))
	mustUse(t, e, 7)
	set(t, e, clusterReport, everyNode, many)
	e.TickNodes(nodeSamples(0, -2, "n1"))
	if v := view(t, e, clusterReport); v.Target != model.Nodes || v.Selected() != 1 || v.Total.Pods != 0 || v.Grouped || len(v.Rows) > 0 {
		t.Errorf("the view is %+v", v)
	}
	mustUse(t, e, 1)
	set(t, e, clusterReport, byPod, many)
	if v := view(t, e, clusterReport); v.Target != model.Pods || v.Selected() != 1 || v.Total.Nodes != 0 || len(v.Rows) != 1 {
		t.Errorf("the view is %+v", v)
	}
	if e.Len() != 1 {
		t.Errorf("%d reports", e.Len())
	}
}

func TestWhyANodeIsMissing(t *testing.T) {
	young := func(seconds float64) func(*model.Node) {
		return func(n *model.Node) { n.CreationTime = at(100 - seconds).Unix() }
	}
	unready := func(n *model.Node) { n.Ready = false }
	e := usage.New()
	e.Apply(nodesPresent(
		newNode("a", young(45)), newNode("b", young(46)), newNode("c", unready), newNode("d", unready, young(1)), newNode("e"), newNode("f"),
	))
	set(t, e, clusterReport, everyNode, many)
	e.TickNodes(nodeSamples(100, 98, "f"))
	mustMissNodes(t, e,
		usage.Missing{Reason: usage.NodeLost, Node: "c"},
		usage.Missing{Reason: usage.Unknown, Node: "b"}, usage.Missing{Reason: usage.Unknown, Node: "e"},
		usage.Missing{Reason: usage.TooNew, Node: "a"}, usage.Missing{Reason: usage.TooNew, Node: "d"},
	)
	if v := view(t, e, clusterReport); v.Measured() != (usage.Coverage{Expected: 6, Observed: 1}) {
		t.Errorf("measured are %+v", v.Measured())
	}
}

// TestAmountsOfNodes: what a node has none of, or does not say, is no
// denominator, and sums are exact however large.
func TestAmountsOfNodes(t *testing.T) {
	e := usage.New()
	unsaid := func(n *model.Node) { n.Allocatable = model.Declared{} }
	none := func(n *model.Node) { n.Allocatable = declared(0, 0) }
	huge := func(n *model.Node) { n.Allocatable = declared(3, math.MaxInt64) }
	e.Apply(nodesPresent(newNode("a", unsaid), newNode("b", none), newNode("c", huge), newNode("d", huge), newNode("e", huge)))
	set(t, e, clusterReport, everyNode, many)
	s := nodeSamples(0, -2, "a", "b", "c", "d")
	for i := range s.Nodes {
		s.Nodes[i].Usage = model.Amounts{1, math.MaxInt64 - int64(i)}
	}
	e.TickNodes(s)
	sum := func(amounts ...int64) (s model.Sum) {
		for _, a := range amounts {
			s = s.Plus(a)
		}
		return s
	}
	const most = math.MaxInt64
	want := [model.ResourceCount]usage.Amount{
		model.CPU: {Observed: true, Usage: sum(4), Allocatable: usage.Denominator{
			Declared: sum(9), Set: 4, Unset: 1, Usage: sum(2), Base: sum(6)}},
		model.Memory: {Observed: true, Usage: sum(most, most-1, most-2, most-3), Allocatable: usage.Denominator{
			Declared: sum(most, most, most), Set: 4, Unset: 1, Usage: sum(most-2, most-3), Base: sum(most, most)}},
	}
	if got := view(t, e, clusterReport).Total.Resources; !reflect.DeepEqual(got, want) {
		t.Errorf("the total is\n%+v, want\n%+v", got, want)
	}
}

// TestOnlyLabelsOfANodeMatchPods: all else that changes of a node must not cost
// a look at its pods.
func TestOnlyLabelsOfANodeMatchPods(t *testing.T) {
	const pods = 1000
	e := usage.New()
	e.Apply(nodesPresent(newNode("n1")))
	for i := range pods {
		e.Apply(present(newPod("shop", fmt.Sprint("web-", i), "app")))
	}
	set(t, e, clusterReport, byPod, many)
	turn := false
	cost := func(change func(*model.Node)) float64 {
		return testing.AllocsPerRun(5, func() {
			turn = !turn
			e.Apply(nodesPresent(newNode("n1", change)))
		})
	}
	if n := cost(func(n *model.Node) { n.Ready, n.Allocatable.Amounts[0] = turn, int64(len(n.Name)) }); n >= pods {
		t.Errorf("a change of the status costs %v allocations with %d pods", n, pods)
	}
	if n := cost(func(n *model.Node) { n.Labels = model.Labels{{Key: "turn", Value: fmt.Sprint(turn)}} }); n < pods {
		t.Errorf("a change of labels costs %v allocations with %d pods: this test measures nothing", n, pods)
	}
}

// TestNodesTellTheResolutionAlone: pods tell it where they are read.
func TestNodesTellTheResolutionAlone(t *testing.T) {
	e := usage.New()
	e.Apply(nodesPresent(newNode("n1")))
	e.Apply(present(newPod("shop", "web", "app")))
	nodes := usage.ID{Kind: "ClusterUsageReport", Name: "nodes"}
	set(t, e, nodes, everyNode, many)
	e.TickNodes(nodeSamples(0, 0, "n1"))
	if got := e.Resolution(); got != 15*time.Second {
		t.Errorf("nodes alone tell %v", got)
	}
	set(t, e, clusterReport, everyPod, many)
	pod := one("shop", "web", at(0), 1)
	pod.window = time.Minute
	e.Tick(answerOf(at(0), pod))
	e.TickNodes(nodeSamples(20, 20, "n1"))
	if got := e.Resolution(); got != time.Minute {
		t.Errorf("pods tell %v, want 1m", got)
	}
}
