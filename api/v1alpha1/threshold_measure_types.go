package v1alpha1

// ThresholdMeasure is what is compared with levels.
//
// +kubebuilder:validation:Enum=Usage;PercentOfRequests;PercentOfLimits;PercentOfAllocatable;PercentOfQuota
type ThresholdMeasure string

// The measures of a threshold.
const (
	// MeasureUsage is what is used: cores, or bytes of the working set.
	MeasureUsage ThresholdMeasure = "Usage"
	// MeasurePercentOfRequests is usage divided by requests.
	MeasurePercentOfRequests ThresholdMeasure = "PercentOfRequests"
	// MeasurePercentOfLimits is usage divided by limits.
	MeasurePercentOfLimits ThresholdMeasure = "PercentOfLimits"
	// MeasurePercentOfAllocatable is usage divided by what the node can give to
	// pods; ClusterResourceThreshold only.
	MeasurePercentOfAllocatable ThresholdMeasure = "PercentOfAllocatable"
	// MeasurePercentOfQuota is the usage of a namespace divided by what its
	// ResourceQuotas allow its pods to request.
	MeasurePercentOfQuota ThresholdMeasure = "PercentOfQuota"
)

// Combine says how the values of containers become the value of a subject.
//
// +kubebuilder:validation:Enum=Sum;MaximumPod;MaximumContainer
type Combine string

// The ways to combine.
const (
	// CombineSum adds all containers, or nodes.
	CombineSum Combine = "Sum"
	// CombineMaximumPod takes the pod with the largest value.
	CombineMaximumPod Combine = "MaximumPod"
	// CombineMaximumContainer takes the container with the largest value.
	CombineMaximumContainer Combine = "MaximumContainer"
)

// ThresholdStatistic is the number that is compared with levels: Current, or
// one of the Statistics of a window.
//
// +kubebuilder:validation:Enum=Current;Average;Maximum;P50;P95;P99
type ThresholdStatistic string

// StatisticCurrent is the newest value. The others have the names that they have
// as a Statistic.
const StatisticCurrent ThresholdStatistic = "Current"

// OnNoData says what a subject without any sample means.
//
// +kubebuilder:validation:Enum=KeepState;Fire
type OnNoData string

// What no data can mean.
const (
	// NoDataKeepState leaves every level as it is.
	NoDataKeepState OnNoData = "KeepState"
	// NoDataFire takes every level for exceeded.
	NoDataFire OnNoData = "Fire"
)
