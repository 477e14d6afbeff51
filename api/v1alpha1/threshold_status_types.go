package v1alpha1

// ThresholdStatus is what fires, and what is about to.
type ThresholdStatus struct {
	// observedGeneration is the generation of the spec that this status
	// answers; -1 before the first answer.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	// +kubebuilder:validation:Maximum=9007199254740991
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready, Reconciling, Stalled, MetricsAvailable, Complete and
	// Firing. A threshold that fires is Ready.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []Condition `json:"conditions,omitempty"`

	// lastEvaluationTime is when samples were last compared with the levels, in
	// RFC 3339.
	// +optional
	LastEvaluationTime Timestamp `json:"lastEvaluationTime,omitempty"`

	// state is the worst of all subjects, in the order Firing, Unknown, Pending,
	// OK.
	// +optional
	State ThresholdState `json:"state,omitempty"`

	// severity is the worst that fires: Critical or Warning. Absent where none
	// does.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// stateTime is when state last changed, in RFC 3339.
	// +optional
	StateTime Timestamp `json:"stateTime,omitempty"`

	// worst is the first of alerts in a few words, for example
	// "Deployment/web 97% of limits, above 95%". At most 512 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Worst string `json:"worst,omitempty"`

	// subjectCounts counts the subjects by their state.
	// +optional
	SubjectCounts *SubjectCounts `json:"subjectCounts,omitempty"`

	// alerts are the subjects that are not OK, worst first, at most 50.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Alerts []Alert `json:"alerts,omitempty"`

	// alertsOmitted is how many more there are than alerts lists.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	AlertsOmitted int32 `json:"alertsOmitted,omitempty"`
}

// ThresholdState is the state of a threshold, a subject or a level.
//
// +kubebuilder:validation:Enum=Firing;Unknown;Pending;OK
type ThresholdState string

// The states, the worst first.
const (
	// StateFiring: a level was exceeded for long enough.
	StateFiring ThresholdState = "Firing"
	// StateUnknown: missing samples leave open whether a level is exceeded.
	StateUnknown ThresholdState = "Unknown"
	// StatePending: a level is exceeded, not yet for long enough.
	StatePending ThresholdState = "Pending"
	// StateOK: no level is exceeded.
	StateOK ThresholdState = "OK"
)

// SubjectCounts counts subjects by their state.
type SubjectCounts struct {
	// total is the number of subjects: the rows that groupBy makes of what is
	// selected.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Total int32 `json:"total"`

	// ok is the number of subjects that exceed no level. Those whose denominator
	// is below spec.floor, or that have none, are among them.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	OK int32 `json:"ok"`

	// pending is the number of subjects that exceed a level, not yet for long
	// enough.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Pending int32 `json:"pending"`

	// firing is the number of subjects that fire.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Firing int32 `json:"firing"`

	// unknown is the number of subjects of which missing samples leave the state
	// open.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Unknown int32 `json:"unknown"`
}
