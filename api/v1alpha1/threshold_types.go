package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ResourceThreshold tells when the pods of its own namespace use more, or less,
// than they should.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=rth,categories=usage
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Severity",type=string,JSONPath=`.status.severity`
// +kubebuilder:printcolumn:name="Firing",type=integer,JSONPath=`.status.subjectCounts.firing`
// +kubebuilder:printcolumn:name="Pending",type=integer,JSONPath=`.status.subjectCounts.pending`
// +kubebuilder:printcolumn:name="Subjects",type=integer,JSONPath=`.status.subjectCounts.total`
// +kubebuilder:printcolumn:name="Worst",type=string,JSONPath=`.status.worst`
// +kubebuilder:printcolumn:name="Since",type=date,JSONPath=`.status.stateTime`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Resource",type=string,JSONPath=`.spec.resource`,priority=1
// +kubebuilder:printcolumn:name="Measure",type=string,JSONPath=`.spec.measure`,priority=1
// +kubebuilder:printcolumn:name="Unknown",type=integer,JSONPath=`.status.subjectCounts.unknown`,priority=1
// +kubebuilder:printcolumn:name="Evaluated",type=date,JSONPath=`.status.lastEvaluationTime`,priority=1
type ResourceThreshold struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says which pods count, what each alert is about, and when it fires.
	// +required
	Spec ResourceThresholdSpec `json:"spec"`

	// status is what fires, and what is about to.
	// +optional
	// +default={"observedGeneration": -1}
	Status ThresholdStatus `json:"status,omitempty"`
}

// ResourceThresholdList is a list of thresholds.
//
// +kubebuilder:object:root=true
type ResourceThresholdList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ResourceThreshold `json:"items"`
}

// ClusterResourceThreshold tells when the pods of any namespace, or nodes, use
// more, or less, than they should.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=crth,categories=usage
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Severity",type=string,JSONPath=`.status.severity`
// +kubebuilder:printcolumn:name="Firing",type=integer,JSONPath=`.status.subjectCounts.firing`
// +kubebuilder:printcolumn:name="Pending",type=integer,JSONPath=`.status.subjectCounts.pending`
// +kubebuilder:printcolumn:name="Subjects",type=integer,JSONPath=`.status.subjectCounts.total`
// +kubebuilder:printcolumn:name="Worst",type=string,JSONPath=`.status.worst`
// +kubebuilder:printcolumn:name="Since",type=date,JSONPath=`.status.stateTime`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Resource",type=string,JSONPath=`.spec.resource`,priority=1
// +kubebuilder:printcolumn:name="Measure",type=string,JSONPath=`.spec.measure`,priority=1
// +kubebuilder:printcolumn:name="Unknown",type=integer,JSONPath=`.status.subjectCounts.unknown`,priority=1
// +kubebuilder:printcolumn:name="Evaluated",type=date,JSONPath=`.status.lastEvaluationTime`,priority=1
type ClusterResourceThreshold struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says which pods or nodes count, what each alert is about, and when it
	// fires.
	// +required
	Spec ClusterResourceThresholdSpec `json:"spec"`

	// status is what fires, and what is about to.
	// +optional
	// +default={"observedGeneration": -1}
	Status ThresholdStatus `json:"status,omitempty"`
}

// ClusterResourceThresholdList is a list of thresholds.
//
// +kubebuilder:object:root=true
type ClusterResourceThresholdList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ClusterResourceThreshold `json:"items"`
}
