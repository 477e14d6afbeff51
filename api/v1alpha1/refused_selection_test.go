package v1alpha1_test

import (
	"fmt"
	"strings"
)

var refusedSelectors = []refusal{
	{name: "an empty selector", spec: `selector: {}`,
		want: []string{"spec.selector", "an empty selector would select everything", "give it matchLabels or matchExpressions"}},
	{name: "a mistyped selector", spec: `selector: {matchLabel: {app: web}}`,
		want: []string{"spec.selector", "an empty selector would select everything", "check their spelling"}},
	{name: "a selector in the short form", spec: `selector: {app: web}`,
		want: []string{"spec.selector", "an empty selector would select everything", "give it matchLabels"}},
	{name: "no label", spec: `selector: {matchLabels: {}}`, want: []string{"spec.selector.matchLabels", "at least 1 properties"}},
	{name: "no expression", spec: `selector: {matchExpressions: []}`, want: []string{"spec.selector.matchExpressions", "at least 1 items"}},
	{name: "a value that cannot be", spec: `selector: {matchLabels: {app: "web server"}}`,
		want: []string{"spec.selector.matchLabels", `"web server"`, "this is not the value of a label", "for example web"}},
	{name: "a value that is too long", spec: `selector: {matchLabels: {app: ` + strings.Repeat("a", 64) + `}}`,
		want: []string{"spec.selector.matchLabels", "63"}},
	{name: "a value that is a number", spec: `selector: {matchLabels: {app: 1}}`,
		want: []string{"spec.selector.matchLabels", "must be of type string"}},
	{name: "a key that cannot be", spec: `selector: {matchLabels: {"-app": web}}`,
		want: []string{"spec.selector.matchLabels", "a key of matchLabels is not the key of a label", "for example team"}},
	{name: "a key that is too long", spec: `selector: {matchLabels: {"` + strings.Repeat("a", 318) + `": web}}`,
		want: []string{"spec.selector.matchLabels", "a key of matchLabels is not the key of a label"}},
	{name: "too many labels", spec: `selector: {matchLabels: {` + numbered(17, "l%d: x") + `}}`,
		want: []string{"spec.selector.matchLabels", "16"}},
	{name: "too many expressions", spec: `selector: {matchExpressions: [` + numbered(17, "{key: l%d, operator: Exists}") + `]}`,
		want: []string{"spec.selector.matchExpressions", "at most 16 items"}},
	{name: "too many values", spec: `selector: {matchExpressions: [{key: app, operator: In, values: [` + numbered(65, "v%d") + `]}]}`,
		want: []string{"spec.selector.matchExpressions[0].values", "at most 64 items"}},
	{name: "an unknown operator", spec: `selector: {matchExpressions: [{key: app, operator: Equals, values: [web]}]}`,
		want: []string{"spec.selector.matchExpressions[0].operator", `"Equals"`, `"In", "NotIn", "Exists", "DoesNotExist"`}},
	{name: "In without values", spec: `selector: {matchExpressions: [{key: app, operator: In}]}`,
		want: []string{"spec.selector.matchExpressions[0]", "values is missing", "for example values: [web]"}},
	{name: "NotIn with no value", spec: `selector: {matchExpressions: [{key: app, operator: NotIn, values: []}]}`,
		want: []string{"spec.selector.matchExpressions[0].values", "at least 1 items"}},
	{name: "Exists with values", spec: `selector: {matchExpressions: [{key: app, operator: Exists, values: [web]}]}`,
		want: []string{"spec.selector.matchExpressions[0]", "values goes only with the operators In and NotIn", "remove it"}},
	{name: "an expression with a bad key", spec: `selector: {matchExpressions: [{key: "a b", operator: Exists}]}`,
		want: []string{"spec.selector.matchExpressions[0].key", `"a b"`, "this is not the key of a label"}},
	{name: "an expression with a bad value", spec: `selector: {matchExpressions: [{key: app, operator: In, values: [web, "a/b"]}]}`,
		want: []string{"spec.selector.matchExpressions[0].values[1]", `"a/b"`, "this is not the value of a label"}},
	{name: "an expression without key and operator", spec: `selector: {matchExpressions: [{}]}`,
		want: []string{"spec.selector.matchExpressions[0].key", "spec.selector.matchExpressions[0].operator", "Required value"}},
	{name: "an empty namespaceSelector", kind: "ClusterUsageReport", spec: `namespaceSelector: {}`,
		want: []string{"spec.namespaceSelector", "an empty selector would select everything"}},
	{name: "an empty nodeSelector", kind: "ClusterUsageReport", spec: `nodeSelector: {pool: gpu}`,
		want: []string{"spec.nodeSelector", "an empty selector would select everything"}},
}

const groupHelp = "apiGroup is missing: write apps for Deployment, ReplicaSet, StatefulSet and DaemonSet, batch for Job and CronJob"

var refusedWorkloads = []refusal{
	{name: "none", spec: `workloads: []`, want: []string{"spec.workloads", "at least 1 items"}},
	{name: "too many", spec: `workloads: [` + numbered(65, "{apiGroup: apps, kind: Deployment, name: d%d}") + `]`,
		want: []string{"spec.workloads", "at most 64 items"}},
	{name: "no kind", spec: `workloads: [{apiGroup: apps, name: web}]`, want: []string{"spec.workloads[0].kind", "Required value"}},
	{name: "no group", spec: `workloads: [{kind: Deployment, name: web}]`, want: []string{"spec.workloads[0]", groupHelp}},
	{name: "the core group for a CronJob", spec: `workloads: [{apiGroup: "", kind: CronJob}]`, want: []string{"spec.workloads[0]", groupHelp}},
	{name: "a group with a version", spec: `workloads: [{apiGroup: apps/v1, kind: Deployment}]`,
		want: []string{"spec.workloads[0].apiGroup", `"apps/v1"`, "apiGroup is a group without a version", "apps and not apps/v1"}},
	{name: "a kind in lower case", spec: `workloads: [{apiGroup: apps, kind: deployments}]`,
		want: []string{"spec.workloads[0].kind", `"deployments"`, "kind is written in CamelCase, for example Deployment"}},
	{name: "a kind with its name", spec: `workloads: [{apiGroup: apps, kind: Deployment/web}]`,
		want: []string{"spec.workloads[0].kind", "kind is written in CamelCase"}},
	{name: "an empty name", spec: `workloads: [{apiGroup: apps, kind: Deployment, name: ""}]`,
		want: []string{"spec.workloads[0].name", "leave it out to match every object of the kind"}},
	{name: "a pattern for a name", spec: `workloads: [{apiGroup: apps, kind: Deployment, name: "web-*"}]`,
		want: []string{"spec.workloads[0].name", `"web-*"`, "name is the name of one object"}},
	{name: "a name that is too long", spec: `workloads: [{apiGroup: apps, kind: Deployment, name: ` + strings.Repeat("a", 254) + `}]`,
		want: []string{"spec.workloads[0].name", "253"}},
}

var refusedNames = []refusal{
	{name: "no container", spec: `excludeContainers: []`, want: []string{"spec.excludeContainers", "at least 1 items"}},
	{name: "a container in capitals", spec: `excludeContainers: [Istio]`,
		want: []string{"spec.excludeContainers[0]", `"Istio"`, "this is not the name of a container", "for example istio-proxy"}},
	{name: "a container twice", spec: `excludeContainers: [istio-proxy, istio-proxy]`,
		want: []string{"spec.excludeContainers[1]", "Duplicate value"}},
	{name: "no namespace", kind: "ClusterUsageReport", spec: `namespaces: []`, want: []string{"spec.namespaces", "at least 1 items"}},
	{name: "a pattern for a namespace", kind: "ClusterUsageReport", spec: `namespaces: [shop, team-*]`,
		want: []string{"spec.namespaces[1]", `"team-*"`, "this is not the name of a namespace", "namespaceSelector"}},
	{name: "a namespace twice", kind: "ClusterUsageReport", spec: `excludeNamespaces: [shop, shop]`,
		want: []string{"spec.excludeNamespaces[1]", "Duplicate value"}},
	{name: "a namespace that is not text", kind: "ClusterUsageReport", spec: `excludeNamespaces: [8]`,
		want: []string{"spec.excludeNamespaces[0]", "must be of type string"}},
	{name: "too many namespaces", kind: "ClusterUsageReport", spec: `namespaces: [` + numbered(129, "n%d") + `]`,
		want: []string{"spec.namespaces", "at most 128 items"}},
	{name: "a namespace in and out", kind: "ClusterUsageReport", spec: "namespaces: [shop, data]\nexcludeNamespaces: [data]",
		want: []string{"spec.excludeNamespaces", "both in namespaces and in excludeNamespaces", "remove it from one of them"}},
}

// numbered writes format for 0 to n-1, with commas between.
func numbered(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, ", ")
}
