package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// UsageReport tells what the pods of its own namespace use, and what they
// asked for.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=usr,categories=usage
// +kubebuilder:printcolumn:name="Pods",type=integer,JSONPath=`.status.total.pods`
// +kubebuilder:printcolumn:name="CPU",type=string,JSONPath=`.status.total.resources.cpu.usage`
// +kubebuilder:printcolumn:name="CPU%Req",type=integer,JSONPath=`.status.total.resources.cpu.percentOf.requests`
// +kubebuilder:printcolumn:name="Memory",type=string,JSONPath=`.status.total.resources.memory.usage`
// +kubebuilder:printcolumn:name="Mem%Req",type=integer,JSONPath=`.status.total.resources.memory.percentOf.requests`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Updated",type=date,JSONPath=`.status.sampleTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="P95 CPU",type=string,JSONPath=`.status.total.resources.cpu.p95`,priority=1
// +kubebuilder:printcolumn:name="P95 Memory",type=string,JSONPath=`.status.total.resources.memory.p95`,priority=1
// +kubebuilder:printcolumn:name="Groups",type=integer,JSONPath=`.status.groupCount`,priority=1
// +kubebuilder:printcolumn:name="Coverage",type=integer,JSONPath=`.status.coverage.percent`,priority=1
type UsageReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says which pods count and how they fold into rows. Absent: every
	// pod, in one row.
	// +optional
	// +kubebuilder:default={}
	Spec UsageReportSpec `json:"spec,omitempty"`

	// status is what the report found.
	// +optional
	// +default={"observedGeneration": -1}
	Status ReportStatus `json:"status,omitempty"`
}

// UsageReportList is a list of reports.
//
// +kubebuilder:object:root=true
type UsageReportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []UsageReport `json:"items"`
}

// ClusterUsageReport tells what the pods of every namespace use, and what they
// asked for; or what the nodes use, and what they have.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=cusr,categories=usage
// +kubebuilder:printcolumn:name="Pods",type=integer,JSONPath=`.status.total.pods`
// +kubebuilder:printcolumn:name="CPU",type=string,JSONPath=`.status.total.resources.cpu.usage`
// +kubebuilder:printcolumn:name="CPU%Req",type=integer,JSONPath=`.status.total.resources.cpu.percentOf.requests`
// +kubebuilder:printcolumn:name="Memory",type=string,JSONPath=`.status.total.resources.memory.usage`
// +kubebuilder:printcolumn:name="Mem%Req",type=integer,JSONPath=`.status.total.resources.memory.percentOf.requests`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Updated",type=date,JSONPath=`.status.sampleTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="P95 CPU",type=string,JSONPath=`.status.total.resources.cpu.p95`,priority=1
// +kubebuilder:printcolumn:name="P95 Memory",type=string,JSONPath=`.status.total.resources.memory.p95`,priority=1
// +kubebuilder:printcolumn:name="Nodes",type=integer,JSONPath=`.status.total.nodes`,priority=1
// +kubebuilder:printcolumn:name="CPU%Alloc",type=integer,JSONPath=`.status.total.resources.cpu.percentOf.allocatable`,priority=1
// +kubebuilder:printcolumn:name="Mem%Alloc",type=integer,JSONPath=`.status.total.resources.memory.percentOf.allocatable`,priority=1
// +kubebuilder:printcolumn:name="Groups",type=integer,JSONPath=`.status.groupCount`,priority=1
// +kubebuilder:printcolumn:name="Coverage",type=integer,JSONPath=`.status.coverage.percent`,priority=1
type ClusterUsageReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says which pods or nodes count and how they fold into rows. Absent:
	// every pod, in one row.
	// +optional
	// +kubebuilder:default={}
	Spec ClusterUsageReportSpec `json:"spec,omitempty"`

	// status is what the report found.
	// +optional
	// +default={"observedGeneration": -1}
	Status ReportStatus `json:"status,omitempty"`
}

// ClusterUsageReportList is a list of reports.
//
// +kubebuilder:object:root=true
type ClusterUsageReportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ClusterUsageReport `json:"items"`
}
