package v1alpha1_test

import "strings"

// usual is a spec that is accepted; rows add to it what is not.
var usual = ofLimits(warning("above: 80%"))

// ofQuota and ofAllocatable lack only what each row says.
const (
	ofQuota       = "resource: memory\nmeasure: PercentOfQuota\nlevels: [{severity: Warning, above: 80%}]\n"
	ofAllocatable = "resource: memory\nmeasure: PercentOfAllocatable\nlevels: [{severity: Warning, above: 80%}]\n"
)

const (
	thresholdWindowHelp = "window is 1m to 744h, in hours, minutes and seconds, for example 5m, 24h or 168h for a week"
	keepHelp            = "keepFiringFor is 0s to 24h, in hours, minutes and seconds, for example 90s, 5m or 1h30m"
	repeatHelp          = "repeatInterval is 1m to 24h, in hours, minutes and seconds, for example 30m or 1h30m, or 0s for never"
	floorHelp           = "floor is a quantity such as 100m of cpu or 100Mi of memory, without a sign or an exponent"
	timeHelp            = "this is not a time: write RFC 3339 in whole seconds, for example 2026-12-01T00:00:00Z or 2026-12-01T09:00:00+09:00"
	urlHelp             = "runbookURL is a URL with http or https, for example https://example.com/runbooks/memory"
)

// refusedThresholds are settings that cannot be, or not together.
var refusedThresholds = []refusal{
	{name: "no spec", spec: ``, want: []string{"spec", "Required value"}},
	{name: "an empty spec", spec: `{}`, want: []string{"spec.resource", "spec.measure", "spec.levels", "Required value"}},
	{name: "an unknown resource", spec: "resource: gpu\nmeasure: Usage\nlevels: [{severity: Warning, above: '2'}]", want: []string{"spec.resource", `"cpu", "memory"`}},
	{name: "an unknown measure", spec: "resource: cpu\nmeasure: PercentOfLimit\nlevels: [{severity: Warning, above: 80%}]",
		want: []string{"spec.measure", `"Usage", "PercentOfRequests", "PercentOfLimits", "PercentOfAllocatable", "PercentOfQuota"`}},
	{name: "an unknown combine", spec: usual + `combine: Maximum`, want: []string{"spec.combine", `"Sum", "MaximumPod", "MaximumContainer"`}},
	{name: "an unknown statistic", spec: usual + "statistic: P90\nwindow: 5m", want: []string{"spec.statistic", `"Current", "Average", "Maximum", "P50", "P95", "P99"`}},
	{name: "an unknown onNoData", spec: usual + `onNoData: OK`, want: []string{"spec.onNoData", `"KeepState", "Fire"`}},
	{name: "suspend as a string", spec: usual + `suspend: "yes"`, want: []string{"spec.suspend", "must be of type boolean"}},

	{name: "a window without need", spec: usual + `window: 5m`, want: []string{"spec.window", "Current looks at the newest sample only", "statistic: Average"}},
	{name: "a window with Current", spec: usual + "statistic: Current\nwindow: 5m", want: []string{"spec.window", "remove window"}},
	{name: "no window", spec: usual + `statistic: P95`, want: []string{"spec.window", "window is missing", "for example window: 5m"}},
	{name: "a window too short", spec: usual + "statistic: Average\nwindow: 59s", want: []string{"spec.window", `"59s"`, thresholdWindowHelp}},
	{name: "a window too long", spec: usual + "statistic: Average\nwindow: 744h1s", want: []string{"spec.window", thresholdWindowHelp}},
	{name: "a window in days", spec: usual + "statistic: Average\nwindow: 31d", want: []string{"spec.window", thresholdWindowHelp}},
	{name: "a window beyond what a number holds", spec: usual + "statistic: Average\nwindow: 99999999999999999h", want: []string{"spec.window", thresholdWindowHelp}},

	{name: "keepFiringFor too long", spec: usual + `keepFiringFor: 1441m`, want: []string{"spec.keepFiringFor", `"1441m"`, keepHelp}},
	{name: "keepFiringFor in milliseconds", spec: usual + `keepFiringFor: 100ms`, want: []string{"spec.keepFiringFor", keepHelp}},
	{name: "repeatInterval too short", spec: usual + `repeatInterval: 59s`, want: []string{"spec.repeatInterval", `"59s"`, repeatHelp}},
	{name: "repeatInterval too long", spec: usual + `repeatInterval: 25h`, want: []string{"spec.repeatInterval", repeatHelp}},
	{name: "repeatInterval as a word", spec: usual + `repeatInterval: never`, want: []string{"spec.repeatInterval", repeatHelp}},
	{name: "repeatInterval endless", spec: usual + `repeatInterval: "` + strings.Repeat("1h", 5000) + `"`, want: []string{"spec.repeatInterval", "18"}},

	{name: "a floor of usage", spec: ofUsage("cpu", warning(`above: "2"`)) + `floor: 100m`, want: []string{"spec.floor", "Usage is not divided", "remove floor"}},
	{name: "a floor in percent", spec: usual + `floor: 10%`, want: []string{"spec.floor", floorHelp}},
	{name: "a floor that takes seconds", spec: usual + `floor: "1e-100000000"`, want: []string{"spec.floor", floorHelp}},
	{name: "a floor of memory in millibytes", spec: usual + `floor: 100m`, want: []string{"spec.floor", "memory is in bytes", "100Mi or 2Gi"}},
	{name: "a floor of cpu in bytes", spec: "resource: cpu\nmeasure: PercentOfRequests\nlevels: [{severity: Warning, below: 10%}]\nfloor: 100Mi",
		want: []string{"spec.floor", "cpu is in cores", "100m or 2"}},

	{name: "an empty silence", spec: usual + `silence: {}`, want: []string{"spec.silence.until", "Required value"}},
	{name: "a silence without end", spec: usual + `silence: {reason: migration}`, want: []string{"spec.silence.until", "Required value"}},
	{name: "a silence until never", spec: usual + `silence: {until: never}`, want: []string{"spec.silence.until", `"never"`, timeHelp}},
	{name: "a silence for a time", spec: usual + `silence: {until: 2h}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence until a day", spec: usual + `silence: {until: "2026-12-01"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence with a small t", spec: usual + `silence: {until: "2026-12-01t00:00:00Z"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence with a fraction", spec: usual + `silence: {until: "2026-12-01T00:00:00.5Z"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence until a day that does not exist", spec: usual + `silence: {until: "2026-02-30T00:00:00Z"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence until an hour that does not exist", spec: usual + `silence: {until: "2026-12-01T24:00:00Z"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "a silence until a second that does not exist", spec: usual + `silence: {until: "2026-12-01T23:59:60Z"}`, want: []string{"spec.silence.until", timeHelp}},
	{name: "an endless silence", spec: usual + `silence: {until: "` + strings.Repeat("9", 5000) + `"}`, want: []string{"spec.silence.until", "25"}},
	{name: "an endless reason", spec: usual + `silence: {until: "2026-12-01T00:00:00Z", reason: ` + strings.Repeat("r", 257) + `}`, want: []string{"spec.silence.reason", "256"}},
	{name: "an endless description", spec: usual + `description: ` + strings.Repeat("d", 257), want: []string{"spec.description", "256"}},
	{name: "an endless runbook", spec: usual + `runbookURL: https://example.com/` + strings.Repeat("r", 237), want: []string{"spec.runbookURL", "256"}},
	{name: "a runbook without http", spec: usual + `runbookURL: example.com/runbook`, want: []string{"spec.runbookURL", urlHelp}},
	{name: "a runbook that runs", spec: usual + `runbookURL: "javascript:alert(1)"`, want: []string{"spec.runbookURL", urlHelp}},
	{name: "a runbook with a space", spec: usual + `runbookURL: "https://example.com/a b"`, want: []string{"spec.runbookURL", urlHelp}},
	{name: "a runbook without a host", spec: usual + `runbookURL: "https://"`, want: []string{"spec.runbookURL", urlHelp}},
	{name: "a runbook on two lines", spec: usual + `runbookURL: "https://example.com/\nNormal"`, want: []string{"spec.runbookURL", urlHelp}},
	{name: "no runbook", spec: usual + `runbookURL: ""`, want: []string{"spec.runbookURL", urlHelp}},
}

// refusedMeasures are selections that a measure cannot be taken of.
var refusedMeasures = []refusal{
	{name: "nodes in a namespaced kind", spec: ofAllocatable, want: []string{"spec.measure", "PercentOfAllocatable is not for a ResourceThreshold", "use a ClusterResourceThreshold"}},
	{name: "nodes' labels in a namespaced kind", spec: usual + `groupBy: [{type: NodeLabel, label: pool}]`,
		want: []string{"spec.groupBy", "NodeLabel is not for a ResourceThreshold", "use a ClusterResourceThreshold"}},
	{name: "the selection's own rules", spec: usual + `groupBy: [{type: PodLabel}]`, want: []string{"spec.groupBy[0]", "label is missing"}},
	{name: "a mistyped selector", spec: usual + `selector: {matchLabel: {app: web}}`, want: []string{"spec.selector", "an empty selector would select everything"}},

	{name: "a quota by workload", spec: ofQuota + `groupBy: [{type: Workload}]`, want: []string{"spec.groupBy", "a quota is that of a namespace", "or leave it out"}},
	{name: "a quota by two keys", spec: ofQuota + `groupBy: [{type: Namespace}, {type: Node}]`, want: []string{"spec.groupBy", "a quota is that of a namespace"}},
	{name: "a quota of some pods", spec: ofQuota + `selector: {matchLabels: {app: web}}`, want: []string{"spec.measure", "a quota is that of the whole namespace", "remove selector"}},
	{name: "a quota of a workload", spec: ofQuota + `workloads: [{apiGroup: apps, kind: Deployment}]`, want: []string{"spec.measure", "a quota is that of the whole namespace"}},
	{name: "a quota without a container", spec: ofQuota + `excludeContainers: [istio-proxy]`, want: []string{"spec.measure", "a quota is that of the whole namespace"}},
	{name: "a quota of one pod", spec: ofQuota + `combine: MaximumPod`, want: []string{"spec.combine", "a quota is for all pods of a namespace together"}},
	{name: "a quota of one container", spec: ofQuota + `combine: MaximumContainer`, want: []string{"spec.combine", "with PercentOfQuota, combine is Sum"}},
	{name: "a quota of a cluster", kind: "ClusterResourceThreshold", spec: ofQuota, want: []string{"spec.groupBy", "a quota is that of a namespace", "groupBy: [{type: Namespace}]"}},
	{name: "a quota of a team", kind: "ClusterResourceThreshold", spec: ofQuota + `groupBy: [{type: NamespaceLabel, label: team}]`, want: []string{"spec.groupBy", "a quota is that of a namespace"}},
	{name: "a quota on some nodes", kind: "ClusterResourceThreshold", spec: ofQuota + "groupBy: [{type: Namespace}]\nnodeSelector: {matchLabels: {pool: gpu}}",
		want: []string{"spec.measure", "remove selector, workloads, excludeContainers and nodeSelector", "namespaceSelector can stay"}},
	{name: "a quota of some pods of a cluster", kind: "ClusterResourceThreshold", spec: ofQuota + "groupBy: [{type: Namespace}]\nselector: {matchLabels: {app: web}}",
		want: []string{"spec.measure", "a quota is that of the whole namespace"}},

	{name: "allocatable of no node", kind: "ClusterResourceThreshold", spec: ofAllocatable, want: []string{"spec.groupBy", "only nodes have allocatable", "groupBy: [{type: Node}], or target: Nodes"}},
	{name: "allocatable of a pool of pods", kind: "ClusterResourceThreshold", spec: ofAllocatable + `groupBy: [{type: NodeLabel, label: pool}]`,
		want: []string{"spec.groupBy", "only nodes have allocatable"}},
	{name: "allocatable of a namespace on a node", kind: "ClusterResourceThreshold", spec: ofAllocatable + `groupBy: [{type: Node}, {type: Namespace}]`,
		want: []string{"spec.groupBy", "only nodes have allocatable"}},
	{name: "allocatable of a container", kind: "ClusterResourceThreshold", spec: ofAllocatable + "groupBy: [{type: Node}]\ncombine: MaximumContainer",
		want: []string{"spec.combine", "combine is Sum or MaximumPod"}},
	{name: "limits of nodes", kind: "ClusterResourceThreshold", spec: usual + `target: Nodes`, want: []string{"spec.measure", "nodes request nothing and have no limits", "Usage or PercentOfAllocatable"}},
	{name: "the largest pod of nodes", kind: "ClusterResourceThreshold", spec: ofAllocatable + "target: Nodes\ncombine: MaximumPod",
		want: []string{"spec.combine", "a node is measured as a whole", "combine is Sum"}},
	{name: "nodes by pod", kind: "ClusterResourceThreshold", spec: ofAllocatable + "target: Nodes\ngroupBy: [{type: Pod}]", want: []string{"spec.groupBy", "with target Nodes, rows are by Node or NodeLabel"}},
	{name: "levels of a cluster", kind: "ClusterResourceThreshold", spec: ofLimits(warning("above: 80%, clear: 90%")), want: []string{"spec.levels[0].clear", "clear is higher than above"}},
	{name: "no spec of a cluster", kind: "ClusterResourceThreshold", spec: ``, want: []string{"spec", "Required value"}},
}

// ofThresholds are rows about a ResourceThreshold where they do not say another
// kind.
func ofThresholds(rows []refusal) []refusal {
	for i := range rows {
		if rows[i].kind == "" {
			rows[i].kind = "ResourceThreshold"
		}
	}
	return rows
}
