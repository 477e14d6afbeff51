package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// nodeTruth is what a row about nodes should say, in plain sums.
type nodeTruth struct {
	nodes              int
	usage, allocatable amounts
}

func (t *nodeTruth) add(node *corev1.Node, usage map[string]string) {
	t.nodes++
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		t.usage.add(name, exact(name, resource.MustParse(usage[string(name)])))
		t.allocatable.add(name, exact(name, node.Status.Allocatable[name]))
	}
}

func (t *nodeTruth) figures() figures {
	f := figures{Nodes: t.nodes, Values: map[string]string{}}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		f.Values[string(name)+" usage"] = rounded(name, t.usage[name]).String()
		f.declared(string(name)+" allocatable", t.allocatable[name])
		f.percent(string(name)+" % of allocatable", t.usage[name], t.allocatable[name])
	}
	return f
}

// nodeRows sums the raw answer of the Metrics API about nodes by a key, and
// returns the newest timestamp in it. It fails while a node has no sample.
func nodeRows(ctx context.Context, key func(*corev1.Node) string) (rows map[string]*nodeTruth, newest time.Time, err error) {
	metrics, err := nodeMetrics(ctx)
	if err != nil {
		return nil, newest, err
	}
	var nodes corev1.NodeList
	if err := api.List(ctx, &nodes); err != nil {
		return nil, newest, err
	}
	rows = map[string]*nodeTruth{}
	for i := range nodes.Items {
		node := &nodes.Items[i]
		sample, ok := metrics[node.Name]
		if !ok {
			return nil, newest, fmt.Errorf("node %s has no sample yet", node.Name)
		}
		if sample.Timestamp.After(newest) {
			newest = sample.Timestamp
		}
		k := key(node)
		if rows[k] == nil {
			rows[k] = &nodeTruth{usage: amounts{}, allocatable: amounts{}}
		}
		rows[k].add(node, sample.Usage)
	}
	return rows, newest, nil
}

type nodeSample struct {
	Metadata  metav1.ObjectMeta `json:"metadata"`
	Timestamp time.Time         `json:"timestamp"`
	Usage     map[string]string `json:"usage"`
}

// nodeMetrics reads the Metrics API as kubectl does.
func nodeMetrics(ctx context.Context) (map[string]nodeSample, error) {
	config, err := local.RESTConfig()
	if err != nil {
		return nil, err
	}
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	body, err := clientset.RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/nodes").Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	var list struct{ Items []nodeSample }
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	metrics := map[string]nodeSample{}
	for _, item := range list.Items {
		metrics[item.Metadata.Name] = item
	}
	return metrics, nil
}

// allNodes is held by a test that compares all nodes, or adds one.
var allNodes sync.Mutex

// TestNodesEqualTheMetricsAPI compares reports of nodes with sums over the raw
// answer of the Metrics API of the same moment.
func TestNodesEqualTheMetricsAPI(t *testing.T) {
	t.Parallel()
	allNodes.Lock()
	t.Cleanup(allNodes.Unlock)
	namespace := newNamespace(t, "nodes", nil)
	create(t, daemonSet(namespace, "agent", podTemplate(map[string]string{"app": "agent"}, usage("711m", "301Mi"), container{name: "agent"})))
	create(t, deployment(namespace, "web", 3, podTemplate(map[string]string{"app": "web"}, usage("1300m", "3Gi"), container{name: "web"})))
	for _, g := range []struct {
		name string
		keys []v1alpha1.GroupKey
		key  func(*corev1.Node) string
	}{
		{"node", keys(v1alpha1.GroupByNode), func(n *corev1.Node) string { return n.Name }},
		{"pool", label(v1alpha1.GroupByNodeLabel, "pool"), func(n *corev1.Node) string { return labelKey(n.Labels, "pool") }},
	} {
		r := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "nodes-by-" + g.name}}
		r.Spec.Target = v1alpha1.TargetNodes
		r.Spec.GroupBy = g.keys
		r.Spec.ReportSettings = fastest
		r.Spec.Top = 100
		create(t, r)
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			eventually(t, soon, func(ctx context.Context) error { return nodesAgree(ctx, r, g.key) })
			if err := hasCondition(r, v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonAllSampled); err != nil {
				t.Error(err)
			}
		})
	}
}

// nodesAgree returns nil in a moment in which the report and the Metrics API
// speak of the same samples and say the same.
func nodesAgree(ctx context.Context, r *v1alpha1.ClusterUsageReport, key func(*corev1.Node) string) error {
	want, newest, err := nodeRows(ctx, key)
	if err != nil {
		return err
	}
	total, _, err := nodeRows(ctx, func(*corev1.Node) string { return "total" })
	if err != nil {
		return err
	}
	if err := api.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
		return err
	}
	if at := string(r.Status.SampleTime); at != newest.UTC().Format("2006-01-02T15:04:05Z") {
		return fmt.Errorf("the report is of %q, the Metrics API of %s", at, newest)
	}
	wanted, got := map[string]figures{"total": total["total"].figures()}, map[string]figures{"total": reported(r.Status.Total)}
	for k, truth := range want {
		wanted[k] = truth.figures()
	}
	for i := range r.Status.Groups {
		got[subjectKey(r.Status.Groups[i].Subject)] = reported(&r.Status.Groups[i])
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		return fmt.Errorf("rows (-want +got):\n%s", diff)
	}
	return nil
}

// TestPoolOfNodes: nodeSelector keeps some nodes, and kubectl shows them.
func TestPoolOfNodes(t *testing.T) {
	t.Parallel()
	r := &v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "nodes-of-a-pool"}}
	r.Spec.Target = v1alpha1.TargetNodes
	r.Spec.NodeSelector = &v1alpha1.LabelSelector{MatchLabels: map[string]string{"pool": "highmem"}}
	r.Spec.GroupBy = label(v1alpha1.GroupByNodeLabel, "pool")
	r.Spec.ReportSettings = fastest
	create(t, r)
	awaitReady(t, r)
	if got := reported(r.Status.Total); got.Nodes != nodes/2 || got.Values["memory allocatable"] != big.NewInt(nodes/2*252<<30).String() {
		t.Errorf("the pool is %+v, want %d nodes of 252Gi", got, nodes/2)
	}
	get := func(format string) string {
		out, err := kubectl(t, "", "get", "cusr", r.Name, "-o", format)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
	out := get("wide")
	requireMatch(t, out, `NAME\s+PODS\s+CPU\s+CPU%REQ\s+MEMORY\s+MEM%REQ\s+READY\s+UPDATED\s+AGE\s+P95 CPU\s+P95 MEMORY\s+NODES\s+CPU%ALLOC\s+MEM%ALLOC\s+GROUPS\s+COVERAGE`)
	requireMatch(t, out, `nodes-of-a-pool\s+\d+m\s+\d+(Mi|Ki)\s+True\s+\d+s\s+\d+s\s+(\d+m\s+\d+(Mi|Ki)\s+)?2\s+\d+\s+\d+\s`)
	out = get("go-template-file=../../config/samples/groups.tpl")
	requireMatch(t, out, `ROW\s+NODES\s+CPU\s+CPU%ALLOC\s+MEMORY\s+MEM%ALLOC\s+pool=highmem\s+2\s+\d+m\s+(\d+|-)\s+\d+(Mi|Ki)\s+(\d+|-)`)
}
