package inventory

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/usage-operator/usage-operator/internal/model"
)

// rowOf is what the reader should know of a node, said without the code under
// test.
func rowOf(n *corev1.Node) *model.Node {
	row := &model.Node{
		UID: string(n.UID), Name: n.Name, Labels: model.NewLabels(n.Labels), CreationTime: n.CreationTimestamp.Unix(),
		Allocatable: model.Declared{
			Amounts: model.Amounts{n.Status.Allocatable.Cpu().MilliValue() * 1_000_000, n.Status.Allocatable.Memory().Value()},
			Set:     [model.ResourceCount]bool{true, true},
		},
	}
	for _, c := range n.Status.Conditions {
		row.Ready = row.Ready || c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	}
	return row
}

func TestWhatIsKeptOfANode(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("nodes",
		nodeOf("whole", map[string]string{"pool": "gpu"}),
		nodeOf("bare", nil, func(n *corev1.Node) { n.Status, n.CreationTimestamp = corev1.NodeStatus{}, metav1.Time{} }),
		nodeOf("odd", nil, func(n *corev1.Node) { n.Status.Allocatable = list("1u", "9Ei") }),
		nodeOf("cpu", nil, func(n *corev1.Node) { n.Status.Allocatable = list("0", "") }),
		nodeOf("unheard", nil, func(n *corev1.Node) { n.Status.Conditions[0].Status = corev1.ConditionUnknown }),
		nodeOf("pressed", nil, func(n *corev1.Node) {
			n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionTrue}}
		}),
	)
	r.drain()
	all := [model.ResourceCount]bool{true, true}
	some := model.Declared{Amounts: model.Amounts{4_000_000_000, 16 << 30}, Set: all}
	want := map[string]*model.Node{
		"whole":   {Labels: model.Labels{{Key: "pool", Value: "gpu"}}, Allocatable: some, Ready: true, CreationTime: began.Unix()},
		"bare":    {},
		"odd":     {Allocatable: model.Declared{Amounts: model.Amounts{1_000, 1<<63 - 1}, Set: all}, Ready: true, CreationTime: began.Unix()},
		"cpu":     {Allocatable: model.Declared{Set: [model.ResourceCount]bool{model.CPU: true}}, Ready: true, CreationTime: began.Unix()},
		"unheard": {Allocatable: some, CreationTime: began.Unix()},
		"pressed": {Allocatable: some, CreationTime: began.Unix()},
	}
	for name, n := range want {
		n.Name, n.UID = name, "uid-"+name
	}
	if diff := gocmp.Diff(want, r.nodes); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
}

// TestNodeHeartbeats: the status of a node is written every few minutes, and
// seldom changes in what a row holds.
func TestNodeHeartbeats(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.replace("nodes", nodeOf("a", nil), nodeOf("b", nil))
	r.expect("+node a", "+node b")

	f.add("nodes", nodeOf("a", nil, func(n *corev1.Node) {
		n.ResourceVersion, n.Annotations = "9", map[string]string{"seen": "now"}
		n.Status.Conditions[0].LastHeartbeatTime = metav1.NewTime(began.Add(time.Hour))
		n.Status.Conditions = append(n.Status.Conditions, corev1.NodeCondition{Type: corev1.NodeDiskPressure})
		n.Status.Images = []corev1.ContainerImage{{Names: []string{"web"}, SizeBytes: 7}}
		n.Status.Capacity = list("8", "32Gi")
		n.Spec.Unschedulable = true
	}))
	r.expect()

	for _, change := range []func(*corev1.Node){
		func(n *corev1.Node) { n.Labels = map[string]string{"pool": "gpu"} },
		func(n *corev1.Node) { n.Status.Allocatable = list("3900m", "16Gi") },
		func(n *corev1.Node) { n.Status.Conditions[0].Status = corev1.ConditionFalse },
		func(n *corev1.Node) { n.UID = "another" },
	} {
		f.add("nodes", nodeOf("a", nil, change))
		r.expect("+node a")
		f.add("nodes", nodeOf("a", nil))
		r.expect("+node a")
	}
}

func TestNodesGo(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.replace("nodes", nodeOf("a", nil), nodeOf("b", nil), nodeOf("c", nil))
	r.drain()
	f.delete("nodes", nodeOf("a", nil, func(n *corev1.Node) { n.UID = types.UID("older") }))
	f.delete("nodes", nodeOf("unknown", nil))
	r.expect()
	f.delete("nodes", nodeOf("a", nil))
	f.delete("nodes", cache.DeletedFinalStateUnknown{Key: "b"})
	r.expect("-node a", "-node b")
	f.replace("nodes", nodeOf("d", nil))
	r.expect("-node c", "+node d")
}
