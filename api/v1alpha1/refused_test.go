package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// refusal is a spec that the API server must refuse, with what its message
// must contain: the field, what is wrong, what would be right.
type refusal struct {
	name string
	kind string // UsageReport where empty
	spec string
	want []string
}

func TestRefusedSpecs(t *testing.T) {
	c := server(t)
	tables := map[string][]refusal{
		"settings": refusedSettings, "groupBy": refusedGroupBy, "selectors": refusedSelectors,
		"workloads": refusedWorkloads, "names": refusedNames, "nodes": refusedNodes,
		"periods": refusedPeriods,
		"levels":  ofThresholds(refusedLevels), "thresholds": ofThresholds(refusedThresholds), "measures": ofThresholds(refusedMeasures),
	}
	for table, rows := range tables {
		for i, row := range rows {
			t.Run(table+"/"+row.name, func(t *testing.T) {
				kind := row.kind
				if kind == "" {
					kind = "UsageReport"
				}
				err := c.Create(t.Context(), written(t, kind, fmt.Sprintf("refused-%s-%d", strings.ToLower(table), i), row.spec))
				mustRefuse(t, err, row.want)
			})
		}
	}
}

// mustRefuse fails unless err is the API server's Invalid and says all of want.
func mustRefuse(t *testing.T, err error, want []string) {
	t.Helper()
	if !apierrors.IsInvalid(err) {
		t.Fatalf("got %v, want the answer Invalid", err)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the message misses %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), "no such key") || strings.Contains(err.Error(), "rule evaluation error") {
		t.Errorf("a rule failed to evaluate:\n%v", err)
	}
	t.Log(err)
}

const windowHelp = "window is 5m to 744h, in hours, minutes and seconds, for example 30m, 24h or 168h for a week"

const stepHelp = "step is 1m to 24h, in hours, minutes and seconds, for example 5m, 1h or 24h for a day"

const intervalHelp = "interval is 15s to 24h, in hours, minutes and seconds, for example 30s, 5m or 1h30m"

var refusedSettings = []refusal{
	{name: "days in a duration", spec: `interval: 31d`, want: []string{"spec.interval", `"31d"`, intervalHelp}},
	{name: "interval too short", spec: `interval: 14s`, want: []string{"spec.interval", `"14s"`, intervalHelp}},
	{name: "interval too long", spec: `interval: 24h1s`, want: []string{"spec.interval", `"24h1s"`, intervalHelp}},
	{name: "interval without a unit", spec: `interval: "60"`, want: []string{"spec.interval", `"60"`, intervalHelp}},
	{name: "interval as a number", spec: `interval: 60`, want: []string{"spec.interval", "must be of type string"}},
	{name: "interval empty", spec: `interval: ""`, want: []string{"spec.interval", intervalHelp}},
	{name: "interval negative", spec: `interval: -1m`, want: []string{"spec.interval", intervalHelp}},
	{name: "interval with a fraction", spec: `interval: 1.5m`, want: []string{"spec.interval", intervalHelp}},
	{name: "interval beyond what a number holds", spec: `interval: 99999999999999999h`, want: []string{"spec.interval", intervalHelp}},
	{name: "window in days", spec: `window: 31d`, want: []string{"spec.window", `"31d"`, windowHelp}},
	{name: "window too short", spec: `window: 4m59s`, want: []string{"spec.window", `"4m59s"`, windowHelp}},
	{name: "window too long", spec: `window: 744h1s`, want: []string{"spec.window", `"744h1s"`, windowHelp}},
	{name: "window empty", spec: `window: ""`, want: []string{"spec.window", windowHelp}},
	{name: "a statistic that does not exist", spec: `statistics: [P90]`, want: []string{"spec.statistics[0]", `"P50", "P95"`}},
	{name: "a statistic twice", spec: `statistics: [P50, P50]`, want: []string{"spec.statistics[1]", "Duplicate"}},
	{name: "no statistics", spec: `statistics: []`, want: []string{"spec.statistics", "at least 1"}},
	{name: "step too short", spec: `history: {step: 59s}`, want: []string{"spec.history.step", `"59s"`, stepHelp}},
	{name: "step too long", spec: `history: {step: 24h1s}`, want: []string{"spec.history.step", `"24h1s"`, stepHelp}},
	{name: "step in days", spec: `history: {step: 1d}`, want: []string{"spec.history.step", `"1d"`, stepHelp}},
	{name: "step empty", spec: `history: {step: ""}`, want: []string{"spec.history.step", stepHelp}},
	{name: "step as a number", spec: `history: {step: 300}`, want: []string{"spec.history.step", "must be of type string"}},
	{name: "step beyond what a number holds", spec: `history: {step: 99999999999999999h}`, want: []string{"spec.history.step", stepHelp}},
	{name: "no points", spec: `history: {points: 0}`, want: []string{"spec.history.points", "greater than or equal to 1"}},
	{name: "too many points", spec: `history: {points: 301}`, want: []string{"spec.history.points", "less than or equal to 300"}},
	{name: "points beyond 32 bits", spec: `history: {points: 8589934592}`, want: []string{"spec.history.points", "less than or equal to 300"}},
	{name: "points with a fraction", spec: `history: {points: 1.5}`, want: []string{"spec.history.points", "must be of type integer"}},
	{name: "history as a length", spec: `history: 24h`, want: []string{"spec.history", "must be of type object"}},
	{name: "interval endless", spec: `interval: "` + strings.Repeat("1h", 5000) + `"`, want: []string{"spec.interval", "18"}},
	{name: "top zero", spec: `top: 0`, want: []string{"spec.top", "greater than or equal to 1"}},
	{name: "top too large", spec: `top: 101`, want: []string{"spec.top", "less than or equal to 100"}},
	{name: "top beyond 32 bits", spec: `top: 8589934592`, want: []string{"spec.top", "less than or equal to 100"}},
	{name: "top beyond 64 bits", spec: `top: 1e30`, want: []string{"spec.top", "less than or equal to 100"}},
	{name: "top with a fraction", spec: `top: 1.5`, want: []string{"spec.top", "must be of type integer"}},
	{name: "top as a string", spec: `top: "20"`, want: []string{"spec.top", "must be of type integer"}},
	{name: "sorted by an unknown resource", spec: `sortBy: {resource: CPU}`,
		want: []string{"spec.sortBy.resource", `"CPU"`, `supported values: "cpu", "memory"`}},
	{name: "sorted by an unknown measure", spec: `sortBy: {measure: usage}`,
		want: []string{"spec.sortBy.measure", `"usage"`, `"Usage", "Requests", "PercentOfRequests", "PercentOfAllocatable"`}},
	{name: "sorted by what only nodes have", spec: `sortBy: {measure: PercentOfAllocatable}`,
		want: []string{"spec.sortBy", "PercentOfAllocatable is not for a UsageReport", "a ClusterUsageReport with target: Nodes"}},
	{name: "suspend as a string", spec: `suspend: "yes"`, want: []string{"spec.suspend", "must be of type boolean"}},
}

var refusedGroupBy = []refusal{
	{name: "no key", spec: `groupBy: []`, want: []string{"spec.groupBy", "at least 1 items"}},
	{name: "five keys", spec: `groupBy: [{type: Namespace}, {type: Workload}, {type: Pod}, {type: Container}, {type: Node}]`,
		want: []string{"spec.groupBy", "at most 4 items"}},
	{name: "a key twice", spec: `groupBy: [{type: Pod}, {type: Node}, {type: Pod}]`,
		want: []string{"spec.groupBy", "the same key stands twice in groupBy", "remove one"}},
	{name: "a label twice", spec: `groupBy: [{type: PodLabel, label: team}, {type: PodLabel, label: team}]`,
		want: []string{"spec.groupBy", "the same key stands twice in groupBy", "remove one"}},
	{name: "an unknown type", spec: `groupBy: [{type: Deployment}]`,
		want: []string{"spec.groupBy[0].type", `"Deployment"`, `"Namespace", "Workload", "Pod"`}},
	{name: "no type", spec: `groupBy: [{label: team}]`, want: []string{"spec.groupBy[0].type", "Required value"}},
	{name: "a string for a key", spec: `groupBy: [Workload]`, want: []string{"spec.groupBy[0]", "must be of type object"}},
	{name: "a label type without a label", spec: `groupBy: [{type: PodLabel}]`,
		want: []string{"spec.groupBy[0]", "label is missing", "for example label: team"}},
	{name: "a label with another type", spec: `groupBy: [{type: Workload, label: team}]`,
		want: []string{"spec.groupBy[0]", "label goes only with the types PodLabel, NamespaceLabel and NodeLabel", "remove it"}},
	{name: "an unknown level", spec: `groupBy: [{type: Workload, level: Deployment}]`,
		want: []string{"spec.groupBy[0].level", `"Deployment"`, `"Controller", "Workload", "Top"`}},
	{name: "an empty level", spec: `groupBy: [{type: Workload, level: ""}]`, want: []string{"spec.groupBy[0].level", `"Controller", "Workload", "Top"`}},
	{name: "a level with another type", spec: `groupBy: [{type: Pod, level: Top}]`,
		want: []string{"spec.groupBy[0]", "level goes only with the type Workload", "remove it"}},
	{name: "a level with a label", spec: `groupBy: [{type: PodLabel, label: team, level: Top}]`,
		want: []string{"spec.groupBy[0]", "level goes only with the type Workload"}},
	{name: "two levels", spec: `groupBy: [{type: Workload, level: Controller}, {type: Workload, level: Top}]`,
		want: []string{"spec.groupBy", "Workload stands twice in groupBy", "keep one level"}},
	{name: "the default level and another", spec: `groupBy: [{type: Workload}, {type: Pod}, {type: Workload, level: Top}]`,
		want: []string{"spec.groupBy", "Workload stands twice in groupBy", "keep one level"}},
	{name: "an empty label", spec: `groupBy: [{type: PodLabel, label: ""}]`,
		want: []string{"spec.groupBy[0].label", "this is not the key of a label", "app.kubernetes.io/name"}},
	{name: "a label that cannot be", spec: `groupBy: [{type: PodLabel, label: "team=a"}]`,
		want: []string{"spec.groupBy[0].label", `"team=a"`, "this is not the key of a label", "app.kubernetes.io/name"}},
	{name: "labels of nodes in a namespaced kind", spec: `groupBy: [{type: Pod}, {type: NodeLabel, label: pool}]`,
		want: []string{"spec.groupBy", "NodeLabel is not for a UsageReport", "use a ClusterUsageReport"}},
	{name: "rules in the cluster kind", kind: "ClusterUsageReport", spec: `groupBy: [{type: NodeLabel}]`,
		want: []string{"spec.groupBy[0]", "label is missing"}},
}
