package v1alpha1

// Row is the sum over the containers of some pods, or over some nodes.
type Row struct {
	// subject is the identity of the row: one value for each groupBy key.
	// Absent in total and other.
	// +optional
	Subject *Subject `json:"subject,omitempty"`

	// pods of this row that are bound to a node and not finished. Absent in a
	// report of nodes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Pods *int32 `json:"pods,omitempty"`

	// containers of those pods: the regular ones and sidecars. Absent in a
	// report of nodes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Containers *int32 `json:"containers,omitempty"`

	// nodes of this row. Only in a report of nodes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Nodes *int32 `json:"nodes,omitempty"`

	// resources by name: cpu and memory.
	// +optional
	// +mapType=atomic
	// +kubebuilder:validation:MaxProperties=8
	Resources map[ResourceName]ResourceUsage `json:"resources,omitempty"`
}

// Subject is the identity of a row.
type Subject struct {
	// namespace of the pods.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// workload that owns the pods.
	// +optional
	Workload *Workload `json:"workload,omitempty"`

	// pod is a pod's name.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Pod string `json:"pod,omitempty"`

	// container is a container's name.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Container string `json:"container,omitempty"`

	// node that the pods run on, or that is measured.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Node string `json:"node,omitempty"`

	// labels by which pods or nodes were grouped, in the order of groupBy.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=4
	Labels []SubjectLabel `json:"labels,omitempty"`
}

// Workload is an owner of pods.
type Workload struct {
	// apiGroup of the workload; absent for the core group.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	APIGroup string `json:"apiGroup,omitempty"`

	// kind of the workload; Pod for a pod that has no owner.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind"`

	// name of the workload.
	// +required
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// SubjectLabel is one label of a subject.
type SubjectLabel struct {
	// key of the label.
	// +required
	// +kubebuilder:validation:MaxLength=317
	Key string `json:"key"`

	// value of the label. Absent where the object does not have the label.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Value *string `json:"value,omitempty"`
}

// ResourceUsage is what a row uses of one resource and what it asked for.
// CPU is in cores, memory in bytes; each is a Kubernetes quantity.
type ResourceUsage struct {
	// usage now: CPU is the mean over the sample's window in cores, for
	// example 250m; memory is the working set in bytes, for example 512Mi.
	// +optional
	Usage Quantity `json:"usage,omitempty"`

	// average usage over the window, for example 250m or 512Mi. Each moment
	// counts by its length.
	// +optional
	Average Quantity `json:"average,omitempty"`

	// maximum is the largest usage in the window, for example 250m or 512Mi.
	// +optional
	Maximum Quantity `json:"maximum,omitempty"`

	// p50 is what usage did not exceed for half of the observed time of the
	// window, for example 250m or 512Mi. Its error is at most 1 %.
	// +optional
	P50 Quantity `json:"p50,omitempty"`

	// p95 is what usage did not exceed for 95 % of the observed time of the
	// window, for example 250m or 512Mi. Its error is at most 1 %.
	// +optional
	P95 Quantity `json:"p95,omitempty"`

	// p99 is what usage did not exceed for 99 % of the observed time of the
	// window, for example 250m or 512Mi. Its error is at most 1 %.
	// +optional
	P99 Quantity `json:"p99,omitempty"`

	// requests is the sum of what the row's containers request, for example
	// 500m or 2Gi.
	// +optional
	Requests Quantity `json:"requests,omitempty"`

	// limits is the sum of the limits of the row's containers, for example
	// 500m or 2Gi. Containers without a limit are not in it.
	// +optional
	Limits Quantity `json:"limits,omitempty"`

	// allocatable is the sum of what the row's nodes can give to pods, for
	// example 4 or 16Gi. Only in a report of nodes.
	// +optional
	Allocatable Quantity `json:"allocatable,omitempty"`

	// quota is that of the namespace, in a row that is about one whole
	// namespace: of its ResourceQuotas without scopes the one that allows the
	// smallest requests. Absent where none bounds the resource.
	// +optional
	Quota *Quota `json:"quota,omitempty"`

	// percentOf compares usage with what was declared, in percent.
	// +optional
	PercentOf *PercentOf `json:"percentOf,omitempty"`

	// unset counts the containers that declare none.
	// +optional
	Unset *Unset `json:"unset,omitempty"`

	// perPod compares the row's pods, and so shows the hot one that a sum hides.
	// Absent where fewer than two have a sample.
	// +optional
	PerPod *PerPod `json:"perPod,omitempty"`
}

// PerPod is what single pods of a row use now. Only pods that have a sample
// count, with those of their containers that are in the row.
type PerPod struct {
	// median of what the pods use, for example 250m or 512Mi. With an even
	// number of pods it is the mean of the two in the middle.
	// +required
	Median Quantity `json:"median"`

	// maximum is what the pod that uses most uses, for example 250m or 512Mi.
	// +required
	Maximum Quantity `json:"maximum"`
}

// Quota is what a ResourceQuota says of one resource.
type Quota struct {
	// hard is how much the pods of the namespace may request in all, for example
	// 4 or 16Gi: requests.cpu or requests.memory of the quota.
	// +required
	Hard Quantity `json:"hard"`

	// used is how much of hard the quota counts as taken: what pods request, not
	// what they use. Absent while the quota has not been counted.
	// +optional
	Used Quantity `json:"used,omitempty"`
}

// PercentOf is usage as a percentage. Only containers, or nodes, that have a
// sample and declare the denominator count, in the usage and in the
// denominator. A quota is that of the whole namespace, so all usage counts.
type PercentOf struct {
	// requests: usage divided by requests, in percent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	Requests *int64 `json:"requests,omitempty"`

	// limits: usage divided by limits, in percent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	Limits *int64 `json:"limits,omitempty"`

	// allocatable: usage divided by allocatable, in percent. A node as a whole
	// can use more than it gives to pods.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	Allocatable *int64 `json:"allocatable,omitempty"`

	// quota: usage divided by quota.hard, in percent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	Quota *int64 `json:"quota,omitempty"`
}

// Unset counts containers.
type Unset struct {
	// requests is the number of containers without a request.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Requests int32 `json:"requests,omitempty"`

	// limits is the number of containers without a limit.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Limits int32 `json:"limits,omitempty"`
}
