package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Condition has the JSON form of metav1.Condition, with a time that cannot
// fail to decode.
type Condition struct {
	// type of the condition: Ready, Reconciling, Stalled, MetricsAvailable,
	// Complete or Firing.
	// +required
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Za-z0-9]*$`
	Type string `json:"type"`

	// status is True, False or Unknown.
	// +required
	// +kubebuilder:validation:Enum=True;False;Unknown
	Status metav1.ConditionStatus `json:"status"`

	// observedGeneration is the generation of the spec that the condition
	// speaks of.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	// +kubebuilder:validation:Maximum=9007199254740991
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastTransitionTime is when status last changed.
	// +required
	LastTransitionTime Timestamp `json:"lastTransitionTime"`

	// reason of the status: one word in CamelCase, for programs.
	// +required
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Za-z0-9]*$`
	Reason string `json:"reason"`

	// message is for people; it says what to do next. At most 2048
	// characters.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Message string `json:"message,omitempty"`
}

// The types of conditions. Ready, Reconciling and Stalled follow kstatus.
const (
	// ConditionReady is True when the status answers the spec.
	ConditionReady = "Ready"
	// ConditionReconciling is True, and only then present, while the operator
	// waits for something that is expected to come.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True, and only then present, when the spec must be
	// changed first.
	ConditionStalled = "Stalled"
	// ConditionMetricsAvailable tells whether the Metrics API answers.
	ConditionMetricsAvailable = "MetricsAvailable"
	// ConditionComplete tells whether every container that runs, or every node,
	// was measured, and every row that was asked for is shown.
	ConditionComplete = "Complete"
	// ConditionFiring tells whether a threshold fires. It is a state and no fault,
	// so that Ready stays True.
	ConditionFiring = "Firing"
)

// The reasons of conditions.
const (
	ReasonReported              = "Reported"
	ReasonIntervalStretched     = "IntervalStretched"
	ReasonSuspended             = "Suspended"
	ReasonNoPodsSelected        = "NoPodsSelected"
	ReasonNoNodesSelected       = "NoNodesSelected"
	ReasonInvalidSpec           = "InvalidSpec"
	ReasonWaitingForSync        = "WaitingForSync"
	ReasonWaitingForFirstSample = "WaitingForFirstSample"
	ReasonWaitingForCheckpoint  = "WaitingForCheckpoint"
	ReasonAllSampled            = "AllSampled"
	ReasonSamplesMissing        = "SamplesMissing"
	// ReasonTruncated is of Complete: not all rows fit into the status.
	ReasonTruncated = "Truncated"
	// ReasonTooManyRows is of Complete: not all rows have statistics.
	ReasonTooManyRows = "TooManyRows"

	// ReasonNothingDeclared is of Complete: a threshold of a percentage selects
	// something, and nothing of it declares what usage is divided by.
	ReasonNothingDeclared = "NothingDeclared"
	// ReasonTooManySubjects is of Complete: not all subjects that are not OK are
	// followed.
	ReasonTooManySubjects = "TooManySubjects"

	// ReasonEvaluated is of Ready: a threshold compared samples with its levels.
	ReasonEvaluated = "Evaluated"

	// Of Firing.
	ReasonAlertFiring   = "AlertFiring"
	ReasonNoAlertFiring = "NoAlertFiring"

	// Of MetricsAvailable.
	ReasonMetricsRead            = "MetricsRead"
	ReasonMetricsAPINotInstalled = "MetricsAPINotInstalled"
	ReasonMetricsAPIUnavailable  = "MetricsAPIUnavailable"
	ReasonMetricsAPIForbidden    = "MetricsAPIForbidden"
	ReasonMetricsAPIEmpty        = "MetricsAPIEmpty"
	ReasonMetricsAPITimeout      = "MetricsAPITimeout"
	ReasonMetricsAPIThrottled    = "MetricsAPIThrottled"
	ReasonMetricsAPITruncated    = "MetricsAPITruncated"
)
