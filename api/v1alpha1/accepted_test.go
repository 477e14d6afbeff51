package v1alpha1_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// defaults is what the API server adds to a spec that says nothing.
const defaults = "interval: 1m\ntop: 20\nsortBy: {resource: cpu, measure: Usage}\n" + statistics

const statistics = "window: 1h\nstatistics: [Average, Maximum, P95]\n"

// acceptance is a spec that must be stored, with the stored form.
type acceptance struct {
	name string
	kind string // UsageReport where empty
	spec string
	want string
}

var accepted = []acceptance{
	{name: "nothing", spec: ``, want: defaults},
	{name: "empty", spec: `{}`, want: defaults},
	{name: "cluster-nothing", kind: "ClusterUsageReport", spec: ``, want: defaults},
	{name: "settings", spec: "interval: 90s\ntop: 100\nsuspend: true\nsortBy: {resource: memory, measure: PercentOfRequests}",
		want: "interval: 90s\ntop: 100\nsuspend: true\nsortBy: {resource: memory, measure: PercentOfRequests}\n" + statistics},
	{name: "shortest-interval", spec: `interval: 15s`, want: "interval: 15s\ntop: 20\nsortBy: {resource: cpu, measure: Usage}\n" + statistics},
	{name: "longest-interval", spec: `interval: 23h59m60s`, want: "interval: 23h59m60s\ntop: 20\nsortBy: {resource: cpu, measure: Usage}\n" + statistics},
	{name: "shortest-window", spec: "window: 5m\nstatistics: [P99]",
		want: "interval: 1m\ntop: 20\nsortBy: {resource: cpu, measure: Usage}\nwindow: 5m\nstatistics: [P99]"},
	{name: "longest-window", spec: "window: 744h\nstatistics: [P50, P95, P99, Average, Maximum]",
		want: "interval: 1m\ntop: 20\nsortBy: {resource: cpu, measure: Usage}\nwindow: 744h\nstatistics: [P50, P95, P99, Average, Maximum]"},
	{name: "usual-history", spec: `history: {}`, want: defaults + `history: {step: 5m, points: 288}`},
	{name: "finest-history", spec: `history: {step: 60s, points: 300}`, want: defaults + `history: {step: 60s, points: 300}`},
	{name: "coarsest-history", kind: "ClusterUsageReport", spec: `history: {step: 24h, points: 1}`, want: defaults + `history: {step: 24h, points: 1}`},
	{name: "half-an-order", spec: `sortBy: {measure: Requests}`,
		want: "interval: 1m\ntop: 20\nsortBy: {resource: cpu, measure: Requests}\n" + statistics},
	{name: "selector", spec: `selector: {matchLabels: {app.kubernetes.io/name: web, empty: ""}, matchExpressions: [
		{key: tier, operator: In, values: [front, back]}, {key: old, operator: DoesNotExist}]}`,
		want: defaults + `selector: {matchLabels: {app.kubernetes.io/name: web, empty: ""}, matchExpressions: [
		{key: tier, operator: In, values: [front, back]}, {key: old, operator: DoesNotExist}]}`},
	{name: "half-mistyped-selector", spec: `selector: {matchLabels: {app: web}, matchExpression: []}`,
		want: defaults + `selector: {matchLabels: {app: web}}`},
	{name: "workloads", spec: `workloads: [{apiGroup: apps, kind: Deployment, name: web}, {kind: Pod}, {apiGroup: "", kind: Node, name: n.example.com},
		{apiGroup: argoproj.io, kind: Rollout}]`,
		want: defaults + `workloads: [{apiGroup: apps, kind: Deployment, name: web}, {kind: Pod}, {apiGroup: "", kind: Node, name: n.example.com},
		{apiGroup: argoproj.io, kind: Rollout}]`},
	{name: "containers", spec: `excludeContainers: [istio-proxy, linkerd-proxy]`, want: defaults + `excludeContainers: [istio-proxy, linkerd-proxy]`},
	{name: "four-keys", spec: `groupBy: [{type: Workload}, {type: Container}, {type: PodLabel, label: team}, {type: PodLabel, label: tier}]`,
		want: defaults + `groupBy: [{type: Workload}, {type: Container}, {type: PodLabel, label: team}, {type: PodLabel, label: tier}]`},
	{name: "controller", spec: `groupBy: [{type: Workload, level: Controller}]`, want: defaults + `groupBy: [{type: Workload, level: Controller}]`},
	{name: "workload", spec: `groupBy: [{type: Pod}, {type: Workload, level: Workload}]`,
		want: defaults + `groupBy: [{type: Pod}, {type: Workload, level: Workload}]`},
	{name: "top", kind: "ClusterUsageReport", spec: `groupBy: [{type: Workload, level: Top}]`, want: defaults + `groupBy: [{type: Workload, level: Top}]`},
	{name: "cluster-keys", kind: "ClusterUsageReport", spec: `groupBy: [{type: NamespaceLabel, label: team}, {type: NodeLabel, label: pool}]`,
		want: defaults + `groupBy: [{type: NamespaceLabel, label: team}, {type: NodeLabel, label: pool}]`},
	{name: "namespaces", kind: "ClusterUsageReport", spec: "namespaces: [shop, data]\nexcludeNamespaces: [kube-system]",
		want: defaults + "namespaces: [shop, data]\nexcludeNamespaces: [kube-system]"},
	{name: "cluster-selectors", kind: "ClusterUsageReport",
		spec: "namespaceSelector: {matchLabels: {team: x}}\nnodeSelector: {matchExpressions: [{key: pool, operator: Exists}]}",
		want: defaults + "namespaceSelector: {matchLabels: {team: x}}\nnodeSelector: {matchExpressions: [{key: pool, operator: Exists}]}"},
	{name: "target-pods", kind: "ClusterUsageReport", spec: "target: Pods\nselector: {matchLabels: {app: web}}", want: defaults + "target: Pods\nselector: {matchLabels: {app: web}}"},
	{name: "target-nodes", kind: "ClusterUsageReport", spec: `target: Nodes`, want: defaults + `target: Nodes`},
	{name: "nodes-by-node", kind: "ClusterUsageReport",
		spec: "target: Nodes\nnodeSelector: {matchLabels: {pool: gpu}}\ngroupBy: [{type: NodeLabel, label: pool}, {type: Node}]\nsortBy: {measure: PercentOfAllocatable}",
		want: "interval: 1m\ntop: 20\ntarget: Nodes\nnodeSelector: {matchLabels: {pool: gpu}}\ngroupBy: [{type: NodeLabel, label: pool}, {type: Node}]\n" +
			"sortBy: {resource: cpu, measure: PercentOfAllocatable}\n" + statistics},
	{name: "periods", spec: "periods: {every: Week}\nprices: {currency: EUR, perHour: {memory: \"0.004\"}}",
		want: defaults + "periods: {every: Week, timeZone: UTC, keep: 12}\nprices: {currency: EUR, perHour: {memory: \"0.004\"}, basis: Usage}"},
	{name: "largest-periods", kind: "ClusterUsageReport",
		spec: defaults + "periods: {every: Hour, timeZone: America/Argentina/ComodRivadavia, keep: 36}\nprices: {currency: KRW, perHour: {cpu: \"999999999.999999999\"}, basis: MaxOfRequestsAndUsage}",
		want: defaults + "periods: {every: Hour, timeZone: America/Argentina/ComodRivadavia, keep: 36}\nprices: {currency: KRW, perHour: {cpu: \"999999999.999999999\"}, basis: MaxOfRequestsAndUsage}"},
	{name: "all-the-bounds", kind: "ClusterUsageReport", spec: largest, want: defaults + largest},
}

// largest uses the bounds of every list at once: the cost of the rules must
// admit it.
var largest = fmt.Sprintf(`
namespaces: [%s]
excludeNamespaces: [%s]
excludeContainers: [%s]
workloads: [%s]
nodeSelector: {matchExpressions: [%s]}
`, numbered(128, "a-rather-long-name-of-a-namespace-%d"), numbered(128, "another-rather-long-name-%d"), numbered(64, "c%d"),
	numbered(64, "{apiGroup: apps.example.com, kind: Deployment, name: w%d}"),
	numbered(16, "{key: example.com/l%d, operator: In, values: ["+numbered(64, "v-%d")+"]}"))

// TestAcceptedSpecs creates every good object and then reads all of them with
// the typed list, which a single object that cannot be decoded would stop.
func TestAcceptedSpecs(t *testing.T) {
	c := server(t)
	rows := slices.Concat(accepted, acceptedThresholds)
	for _, row := range rows {
		if row.kind == "" {
			row.kind = "UsageReport"
		}
		t.Run(row.kind+"/"+row.name, func(t *testing.T) {
			object := written(t, row.kind, row.name, row.spec)
			if err := c.Create(t.Context(), object); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fromYAML(t, row.want), withoutIntegers(object.Object["spec"])); diff != "" {
				t.Errorf("the stored spec (-want +got):\n%s", diff)
			}
			generation, _, err := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
			if err != nil || generation != -1 {
				t.Errorf("a new object has status.observedGeneration %d, %v; want -1, so that kstatus waits", generation, err)
			}
		})
	}
	got := 0
	for _, list := range typedLists() {
		if err := c.List(t.Context(), list); err != nil {
			t.Errorf("the typed list: %v", err)
		}
		got += meta.LenList(list)
	}
	if got < len(rows) {
		t.Errorf("the typed lists have %d objects, want at least %d", got, len(rows))
	}
}

// typedLists are the lists of what a user writes.
func typedLists() []client.ObjectList {
	return []client.ObjectList{
		&v1alpha1.UsageReportList{}, &v1alpha1.ClusterUsageReportList{},
		&v1alpha1.ResourceThresholdList{}, &v1alpha1.ClusterResourceThresholdList{},
	}
}

// withoutIntegers turns the int64 of an unstructured object into the float64
// that YAML reads, so that the two compare.
func withoutIntegers(value any) any {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case map[string]any:
		for key := range v {
			v[key] = withoutIntegers(v[key])
		}
	case []any:
		for i := range v {
			v[i] = withoutIntegers(v[i])
		}
	}
	return value
}
