package v1alpha1

// ResourceThresholdSpec says what a ResourceThreshold watches.
//
// +kubebuilder:validation:XValidation:rule="!has(self.groupBy) || self.groupBy.all(key, key.type != 'NodeLabel')",fieldPath=".groupBy",message="NodeLabel is not for a ResourceThreshold: the labels of nodes belong to the cluster, not to a namespace; use a ClusterResourceThreshold, or the type Node"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfAllocatable'",fieldPath=".measure",message="PercentOfAllocatable is not for a ResourceThreshold: what is allocatable belongs to nodes; use a ClusterResourceThreshold, or PercentOfLimits"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfQuota' || !has(self.groupBy) || self.groupBy.size() == 1 && self.groupBy[0].type == 'Namespace'",fieldPath=".groupBy",message="a quota is that of a namespace: with PercentOfQuota, write groupBy: [{type: Namespace}], or leave it out"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfQuota' || !has(self.selector) && !has(self.workloads) && !has(self.excludeContainers)",fieldPath=".measure",message="a quota is that of the whole namespace: with PercentOfQuota, remove selector, workloads and excludeContainers"
type ResourceThresholdSpec struct {
	Selection         `json:",inline"`
	ThresholdSettings `json:",inline"`
}

// ClusterResourceThresholdSpec says what a ClusterResourceThreshold watches.
//
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || self.measure in ['Usage', 'PercentOfAllocatable']",fieldPath=".measure",message="nodes request nothing and have no limits: with target Nodes, the measure is Usage or PercentOfAllocatable"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || self.combine == 'Sum'",fieldPath=".combine",message="a node is measured as a whole, without its pods: with target Nodes, combine is Sum; for the fullest node, group by Node"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfAllocatable' || has(self.target) && self.target == 'Nodes' || has(self.groupBy) && self.groupBy.size() == 1 && self.groupBy[0].type == 'Node'",fieldPath=".groupBy",message="only nodes have allocatable: with PercentOfAllocatable, write groupBy: [{type: Node}], or target: Nodes"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfQuota' || has(self.groupBy) && self.groupBy.size() == 1 && self.groupBy[0].type == 'Namespace'",fieldPath=".groupBy",message="a quota is that of a namespace: with PercentOfQuota, write groupBy: [{type: Namespace}]"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfQuota' || !has(self.selector) && !has(self.workloads) && !has(self.excludeContainers) && !has(self.nodeSelector)",fieldPath=".measure",message="a quota is that of the whole namespace: with PercentOfQuota, remove selector, workloads, excludeContainers and nodeSelector; namespaces and namespaceSelector can stay"
type ClusterResourceThresholdSpec struct {
	ClusterSelection  `json:",inline"`
	ThresholdSettings `json:",inline"`
}

// ThresholdSettings is what both kinds of threshold share beside their
// selection.
//
// +kubebuilder:validation:XValidation:rule="self.measure != 'Usage' || self.levels.all(l, [?l.?above, ?l.?below, ?l.?clear].all(a, !a.endsWith('%')))",fieldPath=".levels",message="Usage is an amount and no share of anything: write quantities, such as 500m of cpu or 2Gi of memory, or choose a measure such as PercentOfLimits"
// +kubebuilder:validation:XValidation:rule="self.measure == 'Usage' || self.levels.all(l, [?l.?above, ?l.?below, ?l.?clear].all(a, a.endsWith('%')))",fieldPath=".levels",message="this measure is a share: write percentages, such as 80%, or choose the measure Usage"
// +kubebuilder:validation:XValidation:rule="self.resource != 'cpu' || self.measure != 'Usage' || self.levels.all(l, ![?l.?above, ?l.?below, ?l.?clear].exists(a, a.matches('([MGTP]|i)$')))",fieldPath=".levels",message="cpu is in cores, and no cluster has millions: write cores, such as 500m, 2 or 1.5, or resource: memory"
// +kubebuilder:validation:XValidation:rule="self.resource != 'memory' || self.measure != 'Usage' || self.levels.all(l, ![?l.?above, ?l.?below, ?l.?clear].exists(a, a.matches('[num]$')))",fieldPath=".levels",message="memory is in bytes, of which m is a thousandth: write bytes, such as 500Mi or 2Gi, or resource: cpu"
// +kubebuilder:validation:XValidation:rule="!has(self.floor) || self.measure != 'Usage'",fieldPath=".floor",message="floor is compared with what usage is divided by, and Usage is not divided: remove floor, or choose a measure such as PercentOfRequests"
// +kubebuilder:validation:XValidation:rule="!has(self.floor) || self.resource != 'cpu' || !self.floor.matches('([MGTP]|i)$')",fieldPath=".floor",message="cpu is in cores, and no cluster has millions: write cores, such as 100m or 2"
// +kubebuilder:validation:XValidation:rule="!has(self.floor) || self.resource != 'memory' || !self.floor.matches('[num]$')",fieldPath=".floor",message="memory is in bytes, of which m is a thousandth: write bytes, such as 100Mi or 2Gi"
// +kubebuilder:validation:XValidation:rule="self.statistic != 'Current' || !has(self.window)",fieldPath=".window",message="Current looks at the newest sample only: remove window, or choose a statistic over time, for example statistic: Average"
// +kubebuilder:validation:XValidation:rule="self.statistic == 'Current' || has(self.window)",fieldPath=".window",message="window is missing: a statistic over time needs one, for example window: 5m"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfQuota' || self.combine == 'Sum'",fieldPath=".combine",message="a quota is for all pods of a namespace together: with PercentOfQuota, combine is Sum"
// +kubebuilder:validation:XValidation:rule="self.measure != 'PercentOfAllocatable' || self.combine != 'MaximumContainer'",fieldPath=".combine",message="what a node has is shared by pods: with PercentOfAllocatable, combine is Sum or MaximumPod"
type ThresholdSettings struct {
	// resource that is watched: cpu or memory.
	// +required
	Resource ResourceName `json:"resource"`

	// measure is what is compared with levels: Usage, in cores or bytes; or usage
	// in percent of what is declared: PercentOfRequests, PercentOfLimits,
	// PercentOfAllocatable (nodes; ClusterResourceThreshold only), or
	// PercentOfQuota (whole namespaces, of the smallest requests that their
	// ResourceQuotas allow). Containers that do not declare it are left out of
	// both.
	// +required
	Measure ThresholdMeasure `json:"measure"`

	// combine says how containers become the value of a subject: Sum adds them;
	// MaximumPod and MaximumContainer take the pod or the container with the
	// largest value, which a sum hides. Default: Sum.
	// +optional
	// +kubebuilder:default=Sum
	Combine Combine `json:"combine,omitempty"`

	// statistic that is compared: Current, the newest value; or Average, Maximum,
	// P50, P95 or P99 of the value over window. Default: Current.
	// +optional
	// +kubebuilder:default=Current
	Statistic ThresholdStatistic `json:"statistic,omitempty"`

	// window is the trailing window of the statistic: 1m to 744h, in hours,
	// minutes and seconds. Required unless the statistic is Current, and refused
	// with it.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) >= duration('1m') && duration(self) <= duration('744h')",message="window is 1m to 744h, in hours, minutes and seconds, for example 5m, 24h or 168h for a week"
	Window Duration `json:"window,omitempty"`

	// levels at which alerts fire: one or two, all with above or all with below.
	// With two, Critical lies beyond Warning.
	// +required
	// +listType=map
	// +listMapKey=severity
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || self.all(l, !has(l.above)) || self.all(l, !has(l.below))",message="one level has above and the other has below: write two thresholds, one for too much and one for too little"
	// +kubebuilder:validation:XValidation:rule="self.all(w, w.severity != 'Warning' || self.all(c, c.severity != 'Critical' || !has(w.above) || !has(c.above) || w.above.endsWith('%') != c.above.endsWith('%') || ![w.above, c.above].all(a, a.matches('^[0-9]+([.][0-9]+)?([numkMGTP]|[KMGTP]i|%)?$')) || quantity(c.above.split('%')[0]).isGreaterThan(quantity(w.above.split('%')[0]))))",message="Critical does not lie beyond Warning: its above is the higher one, for example 80% for Warning and 95% for Critical"
	// +kubebuilder:validation:XValidation:rule="self.all(w, w.severity != 'Warning' || self.all(c, c.severity != 'Critical' || !has(w.below) || !has(c.below) || w.below.endsWith('%') != c.below.endsWith('%') || ![w.below, c.below].all(a, a.matches('^[0-9]+([.][0-9]+)?([numkMGTP]|[KMGTP]i|%)?$')) || quantity(c.below.split('%')[0]).isLessThan(quantity(w.below.split('%')[0]))))",message="Critical does not lie beyond Warning: its below is the lower one, for example 20% for Warning and 5% for Critical"
	Levels []ThresholdLevel `json:"levels"`

	// floor leaves out subjects whose denominator is smaller, because a large
	// share of little is little: a quantity, cpu in cores, for example 100m,
	// memory in bytes, for example 100Mi. Refused with the measure Usage. Default:
	// none is left out.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{1,15}([.][0-9]{1,3})?([numkMGTP]|[KMGTP]i)?$')",message="floor is a quantity such as 100m of cpu or 100Mi of memory, without a sign or an exponent"
	Floor Amount `json:"floor,omitempty"`

	// keepFiringFor is how long the value must be seen beyond clear before a level
	// stops firing: 0s to 24h, in hours, minutes and seconds. Default: 0s, at
	// once.
	// +optional
	// +kubebuilder:default="0s"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) <= duration('24h')",message="keepFiringFor is 0s to 24h, in hours, minutes and seconds, for example 90s, 5m or 1h30m"
	KeepFiringFor Duration `json:"keepFiringFor,omitempty"`

	// repeatInterval is the time after which an alert that still fires is told
	// again: 1m to 24h, in hours, minutes and seconds, or 0s for never. A cluster
	// keeps Events for an hour, unless it is set up otherwise. Default: 30m.
	// +optional
	// +kubebuilder:default="30m"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) <= duration('24h') && (duration(self) >= duration('1m') || duration(self) == duration('0s'))",message="repeatInterval is 1m to 24h, in hours, minutes and seconds, for example 30m or 1h30m, or 0s for never"
	RepeatInterval Duration `json:"repeatInterval,omitempty"`

	// onNoData says what it means that a subject has no sample at all: KeepState
	// leaves its state as it is, Fire takes every level for exceeded. Default:
	// KeepState.
	// +optional
	// +kubebuilder:default=KeepState
	OnNoData OnNoData `json:"onNoData,omitempty"`

	// silence withholds Events until some time. Absent: none is withheld.
	// +optional
	Silence *Silence `json:"silence,omitempty"`

	// description is appended to the notes of Events: what it means, what to do.
	// At most 256 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Description string `json:"description,omitempty"`

	// runbookURL is appended to the notes of Events: where to read what to do. A
	// URL with http or https, at most 256 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[!-~]+$') && isURL(self)",message="runbookURL is a URL with http or https, for example https://example.com/runbooks/memory"
	RunbookURL string `json:"runbookURL,omitempty"`

	// suspend stops the threshold: its state stays, and no Events are written.
	// Default: false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}
