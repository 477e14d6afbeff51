package v1alpha1

// Alert is a subject that is not OK.
type Alert struct {
	// subject is what the alert is about. Absent without groupBy: it is about all
	// that is selected.
	// +optional
	Subject *Subject `json:"subject,omitempty"`

	// state is the worst of the subject's levels: Firing, Unknown or Pending.
	// +required
	State ThresholdState `json:"state"`

	// severity is the worst that fires, or else that is pending: Critical or
	// Warning. Absent where the state is Unknown.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// summary is the alert in a few words, for example
	// "Deployment/web 97% of limits, above 95%". At most 512 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Summary string `json:"summary,omitempty"`

	// message is the alert in a sentence, with amounts, time and the largest
	// contributors. At most 1024 characters.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`

	// data tells how much of the subject was observed: Complete; Partial, where
	// samples of a part of it, or of the window, are missing; or Missing.
	// +required
	Data AlertData `json:"data"`

	// value that was observed, in the form of threshold, for example 97% or
	// 700Mi, rounded down. Absent where data is Missing.
	// +optional
	Value Amount `json:"value,omitempty"`

	// threshold is the value of above or below of the level that severity names.
	// +optional
	Threshold Amount `json:"threshold,omitempty"`

	// bounds of the value, where samples are missing.
	// +optional
	Bounds *AlertBounds `json:"bounds,omitempty"`

	// levels are the states of the levels, each for itself.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	Levels []AlertLevel `json:"levels,omitempty"`

	// lastNotificationTime is the time of the last Event about the subject, in
	// RFC 3339. Absent where there was none.
	// +optional
	LastNotificationTime Timestamp `json:"lastNotificationTime,omitempty"`

	// contributors are the pods, containers or nodes of the subject that use
	// most, at most 5.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=5
	Contributors []AlertContributor `json:"contributors,omitempty"`
}

// AlertData is how much of a subject was observed.
//
// +kubebuilder:validation:Enum=Complete;Partial;Missing
type AlertData string

// What was observed of a subject.
const (
	// DataComplete leaves out nothing that runs.
	DataComplete AlertData = "Complete"
	// DataPartial leaves out something that runs, or a part of the window.
	DataPartial AlertData = "Partial"
	// DataMissing is none at all.
	DataMissing AlertData = "Missing"
)

// AlertBounds are what a value is at least and at most, whatever is missing.
type AlertBounds struct {
	// lower is the value if what is missing used nothing, for example 78%.
	// +required
	Lower Amount `json:"lower"`

	// upper is the value if what is missing used all that it can, its limit or
	// else what its node has, for example 97%. Absent where nothing bounds it.
	// +optional
	Upper Amount `json:"upper,omitempty"`
}

// AlertLevel is the state of one level for one subject.
type AlertLevel struct {
	// severity of the level: Warning or Critical.
	// +required
	Severity Severity `json:"severity"`

	// state of the level: OK, Pending or Firing.
	// +required
	State ThresholdState `json:"state"`

	// pendingTime is since when the level is exceeded, in RFC 3339. Absent where
	// it is OK.
	// +optional
	PendingTime Timestamp `json:"pendingTime,omitempty"`

	// firingTime is since when the level fires, in RFC 3339. Absent where it does
	// not.
	// +optional
	FiringTime Timestamp `json:"firingTime,omitempty"`

	// clearingTime is since when a level that fires is beyond clear, in RFC 3339.
	// Absent where it is not.
	// +optional
	ClearingTime Timestamp `json:"clearingTime,omitempty"`

	// heldSeconds is for how long the level was seen to be exceeded, to be
	// compared with for. Time without samples is not in it.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	HeldSeconds int64 `json:"heldSeconds,omitempty"`
}

// AlertContributor is a pod, a container or a node that has a large part in a
// subject's value.
type AlertContributor struct {
	// pod is a pod's name.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Pod string `json:"pod,omitempty"`

	// container is a container's name, where the largest container of a subject
	// is compared.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Container string `json:"container,omitempty"`

	// node is a node's name, where nodes are measured.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Node string `json:"node,omitempty"`

	// value is what it uses, for example 250m of cpu or 700Mi of memory.
	// +required
	Value Quantity `json:"value"`
}
