package v1alpha1

// Reasons of the Events that thresholds write.
const (
	// EventThresholdExceeded: a level began to fire, and no worse one fires.
	EventThresholdExceeded = "ThresholdExceeded"
	// EventThresholdCleared: what was announced fires no more.
	EventThresholdCleared = "ThresholdCleared"
	// EventThresholdStillExceeded repeats what was announced some time ago.
	EventThresholdStillExceeded = "ThresholdStillExceeded"
	// EventThresholdUnknown: a level fires because there is no data.
	EventThresholdUnknown = "ThresholdUnknown"
)

// EventActionEvaluate is the action of the Events that thresholds write.
const EventActionEvaluate = "Evaluate"

// Labels of the Events that thresholds write.
const (
	// ThresholdUIDLabel holds the UID of the threshold.
	ThresholdUIDLabel = "usage-operator.io/threshold-uid"
	// SeverityLabel holds the Severity that is announced or cleared.
	SeverityLabel = "usage-operator.io/severity"
)
