package v1alpha1

// UsageReportSpec says what a UsageReport counts.
//
// +kubebuilder:validation:XValidation:rule="!has(self.sortBy) || !has(self.sortBy.measure) || self.sortBy.measure != 'PercentOfAllocatable'",fieldPath=".sortBy",message="PercentOfAllocatable is not for a UsageReport: what is allocatable belongs to nodes; use PercentOfRequests, or a ClusterUsageReport with target: Nodes"
// +kubebuilder:validation:XValidation:rule="!has(self.groupBy) || self.groupBy.all(key, key.type != 'NodeLabel')",fieldPath=".groupBy",message="NodeLabel is not for a UsageReport: the labels of nodes belong to the cluster, not to a namespace; use a ClusterUsageReport, or the type Node"
// +kubebuilder:validation:XValidation:rule="!has(self.prices) || has(self.periods)",fieldPath=".prices",message="prices are for the accounts of periods: add periods, for example periods: {every: Month}"
type UsageReportSpec struct {
	Selection      `json:",inline"`
	ReportSettings `json:",inline"`
}

// ClusterUsageReportSpec says what a ClusterUsageReport counts.
//
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.sortBy) || !has(self.sortBy.measure) || self.sortBy.measure in ['Usage', 'PercentOfAllocatable']",fieldPath=".sortBy",message="nodes request nothing: with target Nodes, sort by Usage or PercentOfAllocatable"
// +kubebuilder:validation:XValidation:rule="has(self.target) && self.target == 'Nodes' || !has(self.sortBy) || !has(self.sortBy.measure) || self.sortBy.measure != 'PercentOfAllocatable'",fieldPath=".sortBy",message="only nodes have allocatable: PercentOfAllocatable goes with target: Nodes; for pods, use PercentOfRequests"
// +kubebuilder:validation:XValidation:rule="!has(self.prices) || has(self.periods)",fieldPath=".prices",message="prices are for the accounts of periods: add periods, for example periods: {every: Month}"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.prices) || !has(self.prices.basis) || self.prices.basis == 'Usage'",fieldPath=".prices.basis",message="nodes request nothing: with target Nodes, the basis is Usage"
type ClusterUsageReportSpec struct {
	ClusterSelection `json:",inline"`
	ReportSettings   `json:",inline"`
}

// ReportSettings is what both kinds of report share beside their selection.
type ReportSettings struct {
	// interval at which the status is refreshed: 15s to 24h, in hours, minutes
	// and seconds, for example 90s or 1h30m. Default: 1m.
	// +optional
	// +kubebuilder:default="1m"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) >= duration('15s') && duration(self) <= duration('24h')",message="interval is 15s to 24h, in hours, minutes and seconds, for example 30s, 5m or 1h30m"
	Interval Duration `json:"interval,omitempty"`

	// window is the trailing window of the statistics: 5m to 744h, in hours,
	// minutes and seconds. Default: 1h. An edit keeps what is still covered.
	// +optional
	// +kubebuilder:default="1h"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) >= duration('5m') && duration(self) <= duration('744h')",message="window is 5m to 744h, in hours, minutes and seconds, for example 30m, 24h or 168h for a week"
	Window Duration `json:"window,omitempty"`

	// statistics of usage over the window, in each row: Average, Maximum, P50,
	// P95, P99. Default: Average, Maximum and P95. 1 to 5 of them.
	// +optional
	// +listType=set
	// +kubebuilder:default={Average,Maximum,P95}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=5
	Statistics []Statistic `json:"statistics,omitempty"`

	// history keeps the total of past steps of time in status.history, to plot.
	// Without it none is kept.
	// +optional
	History *HistorySettings `json:"history,omitempty"`

	// top is the number of rows kept in status.groups, 1 to 100. The rest is
	// summed in status.other. Default: 20.
	// +optional
	// +kubebuilder:default=20
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Top int32 `json:"top,omitempty"`

	// sortBy orders the rows, largest first. Default: CPU usage.
	// +optional
	// +kubebuilder:default={resource: cpu, measure: Usage}
	SortBy *SortBy `json:"sortBy,omitempty"`

	// periods keeps accounts by hours, days, weeks or months. Absent: none.
	// +optional
	Periods *Periods `json:"periods,omitempty"`

	// prices give the accounts of periods a cost. Absent: none.
	// +optional
	Prices *Prices `json:"prices,omitempty"`

	// suspend stops the report; its last numbers stay. Default: false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// HistorySettings say how fine a history is and how far it reaches back. An edit
// keeps what can be said of the new steps: all with more points, the newest with
// fewer, merged points with a longer step, none with a shorter one.
type HistorySettings struct {
	// step is the length of time that a point stands for: 1m to 24h, in hours,
	// minutes and seconds. Steps begin at multiples of it since 1970, in UTC.
	// Default: 5m.
	// +optional
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,5}(h|m|s)){1,3}$') && duration(self) >= duration('1m') && duration(self) <= duration('24h')",message="step is 1m to 24h, in hours, minutes and seconds, for example 5m, 1h or 24h for a day"
	Step Duration `json:"step,omitempty"`

	// points is the number of steps that the history covers, 1 to 300. Each costs
	// about 130 bytes in every write of the status. Default: 288, which is a day
	// of 5m.
	// +optional
	// +kubebuilder:default=288
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=300
	Points int32 `json:"points,omitempty"`
}

// Statistic is one number that stands for usage over a window of time.
//
// +kubebuilder:validation:Enum=Average;Maximum;P50;P95;P99
type Statistic string

// The statistics.
const (
	// StatisticAverage is the mean over time.
	StatisticAverage Statistic = "Average"
	// StatisticMaximum is the largest value.
	StatisticMaximum Statistic = "Maximum"
	// StatisticP50 is the value that is not exceeded for half of the time.
	StatisticP50 Statistic = "P50"
	// StatisticP95 is the value that is not exceeded for 95 % of the time.
	StatisticP95 Statistic = "P95"
	// StatisticP99 is the value that is not exceeded for 99 % of the time.
	StatisticP99 Statistic = "P99"
)

// SortBy is an order of rows.
type SortBy struct {
	// resource by which rows are ordered: cpu or memory. Default: cpu.
	// +optional
	// +kubebuilder:default=cpu
	Resource ResourceName `json:"resource,omitempty"`

	// measure by which rows are ordered: Usage, Requests, PercentOfRequests
	// (usage divided by requests), or PercentOfAllocatable (usage divided by
	// allocatable). With target Nodes only Usage and PercentOfAllocatable,
	// which goes with no other target. Default: Usage.
	// +optional
	// +kubebuilder:default=Usage
	Measure SortMeasure `json:"measure,omitempty"`
}

// SortMeasure is a value of a row.
//
// +kubebuilder:validation:Enum=Usage;Requests;PercentOfRequests;PercentOfAllocatable
type SortMeasure string

// The measures of SortBy.
const (
	// SortByUsage orders by what the row uses.
	SortByUsage SortMeasure = "Usage"
	// SortByRequests orders by what the row's containers request.
	SortByRequests SortMeasure = "Requests"
	// SortByPercentOfRequests orders by usage divided by requests.
	SortByPercentOfRequests SortMeasure = "PercentOfRequests"
	// SortByPercentOfAllocatable orders by usage divided by what the nodes have
	// allocatable.
	SortByPercentOfAllocatable SortMeasure = "PercentOfAllocatable"
)

// ResourceName is a resource that the Metrics API measures.
//
// +kubebuilder:validation:Enum=cpu;memory
type ResourceName string

// The resources of a report.
const (
	// ResourceCPU is in cores.
	ResourceCPU ResourceName = "cpu"
	// ResourceMemory is the working set in bytes.
	ResourceMemory ResourceName = "memory"
)
