package tenants

import (
	"maps"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"
)

// lever is a way to reach for something of the other tenant through a field.
type lever struct {
	// field is its path in the spec, and foreign tells that the kind does not have it.
	field   string
	foreign bool
	// spec is what stands in the spec beside what every object needs.
	spec string
	// refused is a part of what the API server says; "" where it admits the object.
	refused string
	// fires tells that the tenant's own pods cross the level.
	fires bool
}

// leversOf returns the rows of a kind.
func leversOf(kind string) []lever {
	if kind == "UsageReport" {
		return slices.Concat(selectionLevers, reportLevers)
	}
	return slices.Concat(selectionLevers, thresholdLevers)
}

// needed is what every object of a kind needs. No pod of the tenant's own uses so
// much, and each one of the other does.
var needed = map[string]string{
	"UsageReport":       `{interval: 15s}`,
	"ResourceThreshold": `{resource: cpu, measure: Usage, levels: [{severity: Warning, above: "5"}]}`,
}

// specOf is the whole spec of an object.
func (l *lever) specOf(t *testing.T, kind string) map[string]any {
	t.Helper()
	whole := map[string]any{}
	for _, text := range []string{needed[kind], l.spec} {
		part := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &part); err != nil {
			t.Fatalf("the row of %s: %v", l.field, err)
		}
		maps.Copy(whole, part)
	}
	return whole
}

// selectionLevers are of the fields that both kinds have, and of those that only
// cluster kinds have.
var selectionLevers = []lever{
	// Labels that both have, and that only the other has.
	{field: "selector.matchLabels", spec: `{selector: {matchLabels: {app: web}}, groupBy: [{type: Pod}]}`},
	{field: "selector.matchLabels", spec: `{selector: {matchLabels: {known: "yes"}}, groupBy: [{type: Pod}]}`},
	{field: "selector.matchLabels", spec: `{selector: {matchLabels: {kubernetes.io/metadata.name: theirs}}}`},
	{field: "selector.matchLabels", spec: `{selector: {matchLabels: {"metadata.namespace": theirs}}}`},
	{field: "selector.matchExpressions[].key", spec: `{selector: {matchExpressions: [{key: known, operator: Exists}]}, groupBy: [{type: Pod}]}`},
	{field: "selector.matchExpressions[].key", spec: `{selector: {matchExpressions: [{key: "theirs/../app", operator: Exists}]}}`, refused: "not the key of a label"},
	{field: "selector.matchExpressions[].operator", spec: `{selector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, groupBy: [{type: Pod}]}`},
	{field: "selector.matchExpressions[].operator", spec: `{selector: {matchExpressions: [{key: app, operator: NotIn, values: [none]}]}, groupBy: [{type: Pod}]}`},
	{field: "selector.matchExpressions[].values", spec: `{selector: {matchExpressions: [{key: app, operator: In, values: [web, theirs]}]}, groupBy: [{type: Pod}]}`},
	// Owners of the other, known by name.
	{field: "workloads[].kind", spec: `{workloads: [{kind: Pod}], groupBy: [{type: Pod}]}`},
	{field: "workloads[].kind", spec: `{workloads: [{kind: Node}], groupBy: [{type: Pod}]}`},
	{field: "workloads[].apiGroup", spec: `{workloads: [{apiGroup: apps, kind: ReplicaSet}], groupBy: [{type: Workload, level: Top}]}`},
	{field: "workloads[].apiGroup", spec: `{workloads: [{apiGroup: apps, kind: Deployment}], groupBy: [{type: Workload}]}`},
	{field: "workloads[].name", spec: `{workloads: [{apiGroup: apps, kind: ReplicaSet, name: known}], groupBy: [{type: Pod}]}`},
	{field: "workloads[].name", spec: `{workloads: [{apiGroup: apps, kind: Deployment, name: theirs/known}]}`, refused: "the name of one object"},
	{field: "excludeContainers", spec: `{excludeContainers: [none], groupBy: [{type: Container}]}`},
	// Every way to fold.
	{field: "groupBy[].type", spec: `{groupBy: [{type: Namespace}]}`},
	{field: "groupBy[].type", spec: `{groupBy: [{type: Pod}, {type: Container}]}`},
	{field: "groupBy[].type", spec: `{groupBy: [{type: Node}]}`},
	{field: "groupBy[].type", spec: `{groupBy: [{type: NodeLabel, label: pool}]}`, refused: "the labels of nodes belong to the cluster"},
	{field: "groupBy[].label", spec: `{groupBy: [{type: PodLabel, label: team}]}`},
	{field: "groupBy[].label", spec: `{groupBy: [{type: NamespaceLabel, label: team}]}`},
	{field: "groupBy[].label", spec: `{groupBy: [{type: PodLabel, label: pool}, {type: NamespaceLabel, label: pool}, {type: Namespace}]}`},
	{field: "groupBy[].level", spec: `{groupBy: [{type: Workload, level: Controller}]}`},
	{field: "groupBy[].level", spec: `{groupBy: [{type: Workload, level: Workload}]}`},
	{field: "groupBy[].level", spec: `{groupBy: [{type: Workload, level: Top}]}`},
	// What names namespaces and nodes is of the cluster kinds, and is dropped here.
	{field: "namespaces", foreign: true, spec: `{namespaces: [theirs], groupBy: [{type: Namespace}, {type: Pod}]}`},
	{field: "excludeNamespaces", foreign: true, spec: `{excludeNamespaces: [mine], groupBy: [{type: Pod}]}`},
	{field: "namespaceSelector", foreign: true, spec: `{namespaceSelector: {matchLabels: {known: "yes"}}, groupBy: [{type: Namespace}]}`},
	{field: "nodeSelector", foreign: true, spec: `{nodeSelector: {matchLabels: {known: "yes"}}, groupBy: [{type: Node}]}`},
	{field: "target", foreign: true, spec: `{target: Nodes, groupBy: [{type: Node}]}`},
	{field: "namespace", foreign: true, spec: `{namespace: theirs}`},
}
