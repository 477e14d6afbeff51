package v1alpha1

// ReportStatus is what a report found.
type ReportStatus struct {
	// observedGeneration is the generation of the spec that this status
	// answers; -1 before the first answer.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	// +kubebuilder:validation:Maximum=9007199254740991
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready, Reconciling, Stalled, MetricsAvailable and
	// Complete.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []Condition `json:"conditions,omitempty"`

	// sampleTime is the newest timestamp among the samples used, in RFC 3339.
	// +optional
	SampleTime Timestamp `json:"sampleTime,omitempty"`

	// resolution is the time between two samples of the metrics pipeline, as
	// observed, for example 15s.
	// +optional
	Resolution Duration `json:"resolution,omitempty"`

	// coverage tells how much of what should have been measured was.
	// +optional
	Coverage *Coverage `json:"coverage,omitempty"`

	// window is the time that the statistics cover. Absent while nothing was
	// observed.
	// +optional
	Window *WindowCovered `json:"window,omitempty"`

	// total is the sum over all selected pods, or nodes.
	// +optional
	Total *Row `json:"total,omitempty"`

	// groups are the largest rows, in the order of spec.sortBy; at most
	// spec.top.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Groups []Row `json:"groups,omitempty"`

	// groupCount is the number of rows before groups was cut to spec.top.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	GroupCount int32 `json:"groupCount,omitempty"`

	// other is the sum of the rows that are not in groups.
	// +optional
	Other *Row `json:"other,omitempty"`

	// history is the total of past steps of time, where spec.history asks for it.
	// Absent while nothing was observed.
	// +optional
	History *History `json:"history,omitempty"`

	// periods are the running period and the last spec.periods.keep closed ones,
	// newest first. An edit of every or timeZone, or of what is counted, closes the
	// running one.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=37
	Periods []PeriodAccounts `json:"periods,omitempty"`
}

// History is the total of past steps of time.
type History struct {
	// step is the length of time that each point stands for.
	// +required
	Step Duration `json:"step"`

	// points are the steps in which anything was observed, in the order of time.
	// A step without a point is a gap. The last point may be under way, and is
	// then about what was observed so far.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=300
	Points []HistoryPoint `json:"points"`
}

// HistoryPoint is the total of one step of time.
type HistoryPoint struct {
	// time is when the step begins, in RFC 3339.
	// +required
	Time Timestamp `json:"time"`

	// average usage over what was observed of the step, by resource.
	// +optional
	// +mapType=atomic
	// +kubebuilder:validation:MaxProperties=8
	Average map[ResourceName]Quantity `json:"average,omitempty"`

	// maximum usage that was observed in the step, by resource.
	// +optional
	// +mapType=atomic
	// +kubebuilder:validation:MaxProperties=8
	Maximum map[ResourceName]Quantity `json:"maximum,omitempty"`
}

// WindowCovered is a trailing window as far as it was observed. Gaps are in none
// of the statistics.
type WindowCovered struct {
	// startTime is when what was observed begins, in RFC 3339. It can lie up to
	// an eighth of spec.window before the window.
	// +required
	StartTime Timestamp `json:"startTime"`

	// endTime is when what was observed ends, in RFC 3339.
	// +required
	EndTime Timestamp `json:"endTime"`

	// observedSeconds is how much of the time between was observed.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	ObservedSeconds int64 `json:"observedSeconds"`
}

// Coverage compares what was measured with what should have been.
type Coverage struct {
	// percent of the expected containers, or nodes, that were observed, 0 to
	// 100, rounded down.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Percent int32 `json:"percent"`

	// pods that were expected to have a sample, and had one. Absent in a report
	// of nodes.
	// +optional
	Pods *Observed `json:"pods,omitempty"`

	// containers that were expected to have a sample, and had one. Absent in a
	// report of nodes.
	// +optional
	Containers *Observed `json:"containers,omitempty"`

	// nodes that were expected to have a sample, and had one. Only in a report
	// of nodes.
	// +optional
	Nodes *Observed `json:"nodes,omitempty"`

	// missing names what has no current sample, and why: the lost nodes first,
	// then pods and containers by reason, at most 20. What is NotRunning is not
	// expected and stands last.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Missing []MissingSample `json:"missing,omitempty"`

	// missingOmitted is how many more there are than missing lists.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MissingOmitted int32 `json:"missingOmitted,omitempty"`

	// unsampledRuns is the number of pods that ran and ended without ever having
	// a sample, most often because they ran too briefly. It counts from the
	// operator's start, or from the last change of the selection.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	UnsampledRuns int32 `json:"unsampledRuns,omitempty"`
}

// MissingReason says why there is no sample.
// +kubebuilder:validation:Enum=NodeLost;Unknown;ContainerRestarted;TooNew;NotRunning
type MissingReason string

// The reasons.
const (
	// MissingNodeLost: no pod of the node has a current sample; or, in a report
	// of nodes, the node is not Ready.
	MissingNodeLost MissingReason = "NodeLost"
	// MissingUnknown: none of the others.
	MissingUnknown MissingReason = "Unknown"
	// MissingContainerRestarted: a container was started again a short time ago.
	MissingContainerRestarted MissingReason = "ContainerRestarted"
	// MissingTooNew: a container was started for the first time, or a node was
	// created, a short time ago.
	MissingTooNew MissingReason = "TooNew"
	// MissingNotRunning: it is bound to a node and does not run.
	MissingNotRunning MissingReason = "NotRunning"
)

// MissingSample is a pod, a container or a node without a current sample.
type MissingSample struct {
	// namespace of the pod.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// pod is the pod's name.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Pod string `json:"pod,omitempty"`

	// container is set where other containers of the pod have a sample.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Container string `json:"container,omitempty"`

	// node is set, instead of a pod, where all pods of a node are missing, or,
	// in a report of nodes, the node is.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Node string `json:"node,omitempty"`

	// pods is the number of this report's pods that are missing with the node.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Pods int32 `json:"pods,omitempty"`

	// reason is NodeLost, Unknown, ContainerRestarted, TooNew or NotRunning.
	// +required
	Reason MissingReason `json:"reason"`
}

// Observed counts what was expected and what was seen of it.
type Observed struct {
	// expected is the number of pods or containers that run by their pods'
	// status, or of nodes that are selected.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Expected int32 `json:"expected"`

	// observed is the number that have a current sample.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Observed int32 `json:"observed"`
}
