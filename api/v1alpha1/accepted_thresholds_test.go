package v1alpha1_test

import (
	"fmt"
	"strings"
)

// thresholdDefaults is what the API server adds to a threshold that says only
// what it must; levels get for: 0s.
const thresholdDefaults = "combine: Sum\nstatistic: Current\nkeepFiringFor: 0s\nrepeatInterval: 30m\nonNoData: KeepState\n"

var acceptedThresholds = []acceptance{
	{name: "usual", kind: "ResourceThreshold", spec: usual, want: thresholdDefaults + ofLimits(warning("above: 80%, for: 0s"))},
	{name: "usual", kind: "ClusterResourceThreshold", spec: usual, want: thresholdDefaults + ofLimits(warning("above: 80%, for: 0s"))},
	{name: "two-levels", kind: "ResourceThreshold", spec: ofLimits(critical("above: 95%, for: 1m"), warning("above: 80%, clear: 75%, for: 24h")),
		want: thresholdDefaults + ofLimits(critical("above: 95%, for: 1m"), warning("above: 80%, clear: 75%, for: 24h"))},
	{name: "two-levels-below", kind: "ResourceThreshold", spec: ofLimits(warning("below: 9999%, clear: 9999%"), critical("below: 10%, clear: 9999%")),
		want: thresholdDefaults + ofLimits(warning("below: 9999%, clear: 9999%, for: 0s"), critical("below: 10%, clear: 9999%, for: 0s"))},
	{name: "critical-alone", kind: "ResourceThreshold", spec: ofUsage("cpu", critical("above: '1.5', clear: 1500m, for: 90s")),
		want: thresholdDefaults + ofUsage("cpu", critical("above: '1.5', clear: 1500m, for: 90s"))},
	{name: "memory-by-unit", kind: "ResourceThreshold", spec: ofUsage("memory", warning("above: 1024Mi, clear: 1Gi"), critical("above: 1025Mi, clear: '0'")),
		want: thresholdDefaults + ofUsage("memory", warning("above: 1024Mi, clear: 1Gi, for: 0s"), critical("above: 1025Mi, clear: '0', for: 0s"))},
	{name: "largest-amounts", kind: "ResourceThreshold", spec: ofUsage("memory", warning("above: 999999999999999.99Ki"), critical("above: 999999999999999.99Pi")),
		want: thresholdDefaults + ofUsage("memory", warning("above: 999999999999999.99Ki, for: 0s"), critical("above: 999999999999999.99Pi, for: 0s"))},
	{name: "smallest-amounts", kind: "ResourceThreshold", spec: ofUsage("cpu", warning("below: 2n"), critical("below: 0.001n")),
		want: thresholdDefaults + ofUsage("cpu", warning("below: 2n, for: 0s"), critical("below: 0.001n, for: 0s"))},
	{name: "above-zero", kind: "ResourceThreshold", spec: ofUsage("cpu", warning("above: '0', clear: '0'")),
		want: thresholdDefaults + ofUsage("cpu", warning("above: '0', clear: '0', for: 0s"))},
	{name: "quota", kind: "ResourceThreshold", spec: ofQuota, want: thresholdDefaults + ofQuotaStored},
	{name: "quota-by-namespace", kind: "ResourceThreshold", spec: ofQuota + `groupBy: [{type: Namespace}]`, want: thresholdDefaults + ofQuotaStored + `groupBy: [{type: Namespace}]`},
	{name: "quotas", kind: "ClusterResourceThreshold", spec: ofQuota + "groupBy: [{type: Namespace}]\nexcludeNamespaces: [kube-system]\nnamespaceSelector: {matchLabels: {team: x}}",
		want: thresholdDefaults + ofQuotaStored + "groupBy: [{type: Namespace}]\nexcludeNamespaces: [kube-system]\nnamespaceSelector: {matchLabels: {team: x}}"},
	{name: "pods-on-nodes", kind: "ClusterResourceThreshold", spec: ofAllocatable + "groupBy: [{type: Node}]\nselector: {matchLabels: {app: web}}",
		want: thresholdDefaults + ofAllocatableStored + "groupBy: [{type: Node}]\nselector: {matchLabels: {app: web}}"},
	{name: "nodes", kind: "ClusterResourceThreshold", spec: ofAllocatable + "target: Nodes", want: thresholdDefaults + ofAllocatableStored + "target: Nodes"},
	{name: "pools", kind: "ClusterResourceThreshold", spec: ofAllocatable + "target: Nodes\ngroupBy: [{type: NodeLabel, label: pool}]\nnodeSelector: {matchLabels: {pool: gpu}}",
		want: thresholdDefaults + ofAllocatableStored + "target: Nodes\ngroupBy: [{type: NodeLabel, label: pool}]\nnodeSelector: {matchLabels: {pool: gpu}}"},
	{name: "usage-of-nodes", kind: "ClusterResourceThreshold", spec: ofUsage("cpu", warning("above: 9k")) + "target: Nodes\ngroupBy: [{type: Node}]",
		want: thresholdDefaults + ofUsage("cpu", warning("above: 9k, for: 0s")) + "target: Nodes\ngroupBy: [{type: Node}]"},
	{name: "the-largest-pod", kind: "ClusterResourceThreshold", spec: usual + "combine: MaximumPod\ngroupBy: [{type: NodeLabel, label: pool}]",
		want: "combine: MaximumPod\nstatistic: Current\nkeepFiringFor: 0s\nrepeatInterval: 30m\nonNoData: KeepState\n" +
			ofLimits(warning("above: 80%, for: 0s")) + "groupBy: [{type: NodeLabel, label: pool}]"},
	{name: "every-setting", kind: "ResourceThreshold", spec: everySetting, want: everySetting},
	{name: "no-repetition", kind: "ResourceThreshold", spec: usual + "repeatInterval: 0h0m\nkeepFiringFor: 24h\nsilence: {until: '2026-12-01T09:00:00+09:00'}",
		want: "combine: Sum\nstatistic: Current\nkeepFiringFor: 24h\nrepeatInterval: 0h0m\nonNoData: KeepState\nsilence: {until: '2026-12-01T09:00:00+09:00'}\n" +
			ofLimits(warning("above: 80%, for: 0s"))},
	{name: "all-the-bounds", kind: "ClusterResourceThreshold", spec: largest + everySetting, want: largest + everySetting},
}

// What ofQuota and ofAllocatable are stored as.
var (
	ofQuotaStored       = strings.Replace(ofQuota, "80%", "80%, for: 0s", 1)
	ofAllocatableStored = strings.Replace(ofAllocatable, "80%", "80%, for: 0s", 1)
)

var everySetting = fmt.Sprintf(`
resource: cpu
measure: PercentOfRequests
combine: MaximumContainer
statistic: P99
window: 744h
levels: [%s, %s]
floor: 999999999999999.999k
keepFiringFor: 1440m
repeatInterval: 1m
onNoData: Fire
silence: {until: "2026-12-01T23:59:59Z", reason: %s}
description: %s
runbookURL: https://%s
suspend: true
`, warning("above: 0%, clear: 0%, for: 23h59m60s"), critical("above: 9999%, clear: 0%, for: 23h59m60s"),
	strings.Repeat("r", 256), strings.Repeat("d", 256), strings.Repeat("r", 248))
