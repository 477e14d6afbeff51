package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// OwnerUIDLabel is the label of a UsageCheckpoint by which it is found: the UID
// of its report or threshold.
const OwnerUIDLabel = "usage-operator.io/owner-uid"

// BaseAnnotation names, on a UsageCheckpoint, the other one that it refers to.
const BaseAnnotation = "usage-operator.io/base"

// UsageCheckpoint is what the operator remembers of one report, or threshold,
// while it is not running. It is the operator's own: it stands in the operator's namespace only,
// is written and deleted by it alone, and is for nobody else to read or to edit.
//
// +kubebuilder:object:root=true
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.owner.kind`
// +kubebuilder:printcolumn:name="Namespace",type=string,JSONPath=`.owner.namespace`
// +kubebuilder:printcolumn:name="Name",type=string,JSONPath=`.owner.name`
// +kubebuilder:printcolumn:name="Written",type=date,JSONPath=`.writeTime`
type UsageCheckpoint struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	CheckpointContent `json:",inline"`
}

// CheckpointContent is what a UsageCheckpoint says.
type CheckpointContent struct {
	// owner is the report or threshold that the checkpoint is of.
	// +required
	Owner CheckpointOwner `json:"owner"`

	// version of the encoding of data.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=255
	Version int32 `json:"version"`

	// writeTime is when the checkpoint was last written.
	// +required
	WriteTime Timestamp `json:"writeTime"`

	// data in base64: compressed, and with a checksum. At most 1 MiB before
	// base64.
	// +required
	// +kubebuilder:validation:MaxLength=1398104
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9+/]*={0,2}$`
	Data string `json:"data"`
}

// CheckpointOwner names a report or a threshold.
type CheckpointOwner struct {
	// kind of the owner: UsageReport, ClusterUsageReport, ResourceThreshold or
	// ClusterResourceThreshold.
	// +required
	// +kubebuilder:validation:Enum=UsageReport;ClusterUsageReport;ResourceThreshold;ClusterResourceThreshold
	Kind string `json:"kind"`

	// namespace of the owner. Absent: it has none.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// name of the owner.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// uid of the owner: another object of the same name is another owner.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	UID string `json:"uid"`
}

// UsageCheckpointList is a list of checkpoints.
//
// +kubebuilder:object:root=true
type UsageCheckpointList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []UsageCheckpoint `json:"items"`
}
