package v1alpha1

// Selection says which pods count. All given conditions must hold.
type Selection struct {
	// selector keeps the pods that have these labels. Absent: every pod.
	// +optional
	Selector *LabelSelector `json:"selector,omitempty"`

	// workloads keeps the pods that have one of these owners, directly or
	// through other owners: a Deployment owns its pods through a ReplicaSet.
	// How far up owners are known, see level in groupBy. Absent: every pod.
	// 1 to 64 entries.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Workloads []WorkloadMatch `json:"workloads,omitempty"`

	// excludeContainers leaves out the containers with these names, for
	// example istio-proxy. Absent: every container counts. 1 to 64 names.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	ExcludeContainers []ContainerName `json:"excludeContainers,omitempty"`

	// groupBy folds pods into rows: one row for each combination of these
	// keys, for example Workload and Container. Each row is a subject of a
	// threshold, with alerts of its own. Absent: one row, the sum. 1 to 4 keys,
	// none twice.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.exists_one(b, b == a))",message="the same key stands twice in groupBy: remove one of them"
	// +kubebuilder:validation:XValidation:rule="self.filter(k, k.type == 'Workload').size() <= 1",message="Workload stands twice in groupBy, but a row names one owner: keep one level"
	GroupBy []GroupKey `json:"groupBy,omitempty"`
}

// ClusterSelection is a Selection over every namespace, or of nodes.
//
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.selector)",fieldPath=".selector",message="selector asks for labels of pods, and target Nodes counts no pods: use nodeSelector, or target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.workloads)",fieldPath=".workloads",message="workloads own pods, and target Nodes counts no pods: remove them, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.excludeContainers)",fieldPath=".excludeContainers",message="a node is measured as a whole, its containers cannot be left out with target Nodes: remove excludeContainers, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.namespaces)",fieldPath=".namespaces",message="nodes belong to no namespace: with target Nodes remove namespaces, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.excludeNamespaces)",fieldPath=".excludeNamespaces",message="nodes belong to no namespace: with target Nodes remove excludeNamespaces, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.namespaceSelector)",fieldPath=".namespaceSelector",message="nodes belong to no namespace: with target Nodes use nodeSelector, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.target) || self.target != 'Nodes' || !has(self.groupBy) || self.groupBy.all(key, key.type in ['Node', 'NodeLabel'])",fieldPath=".groupBy",message="with target Nodes, rows are by Node or NodeLabel: the other types are about pods; change type, or use target: Pods"
// +kubebuilder:validation:XValidation:rule="!has(self.namespaces) || !has(self.excludeNamespaces) || !sets.intersects(self.namespaces, self.excludeNamespaces)",fieldPath=".excludeNamespaces",message="a namespace stands both in namespaces and in excludeNamespaces: remove it from one of them"
type ClusterSelection struct {
	Selection `json:",inline"`

	// target says what is counted: Pods, or Nodes. Nodes measures nodes as a
	// whole, with the system and what runs outside of pods, against their
	// allocatable; it goes with nodeSelector and with groupBy Node and
	// NodeLabel, not with what selects pods. Absent means Pods.
	// +optional
	Target Target `json:"target,omitempty"`

	// namespaces keeps the pods of these namespaces. Absent: all namespaces.
	// 1 to 128 names. To select many, use namespaceSelector.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=128
	Namespaces []NamespaceName `json:"namespaces,omitempty"`

	// excludeNamespaces leaves out the pods of these namespaces, for example
	// kube-system. Absent: none is left out. 1 to 128 names.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=128
	ExcludeNamespaces []NamespaceName `json:"excludeNamespaces,omitempty"`

	// namespaceSelector keeps the pods of namespaces that have these labels.
	// Absent: all namespaces.
	// +optional
	NamespaceSelector *LabelSelector `json:"namespaceSelector,omitempty"`

	// nodeSelector keeps the nodes that have these labels, or the pods that run
	// on them. Absent: all nodes.
	// +optional
	NodeSelector *LabelSelector `json:"nodeSelector,omitempty"`
}

// Target is what a ClusterSelection counts.
//
// +kubebuilder:validation:Enum=Pods;Nodes
type Target string

// The targets of a ClusterSelection.
const (
	// TargetPods counts pods and their containers.
	TargetPods Target = "Pods"
	// TargetNodes counts nodes.
	TargetNodes Target = "Nodes"
)

// WorkloadMatch names an owner of pods.
//
// +kubebuilder:validation:XValidation:rule="has(self.apiGroup) ? (size(self.apiGroup) > 0 || !(self.kind in ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'])) : self.kind in ['Pod', 'Node', 'ReplicationController']",message="apiGroup is missing: write apps for Deployment, ReplicaSet, StatefulSet and DaemonSet, batch for Job and CronJob; only Pod, Node and ReplicationController can go without"
type WorkloadMatch struct {
	// apiGroup of the owner without a version, for example apps, batch or
	// argoproj.io. Required, but for Pod, Node and ReplicationController,
	// which are in the core group ("").
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || !format.dns1123Subdomain().validate(self).hasValue()",message="apiGroup is a group without a version, for example apps and not apps/v1, batch or argoproj.io"
	APIGroup string `json:"apiGroup,omitempty"`

	// kind of the owner, in CamelCase, for example Deployment. At most 63
	// characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z][A-Za-z0-9]*$')",message="kind is written in CamelCase, for example Deployment and not deployment or deployments"
	Kind string `json:"kind"`

	// name of the owner. Absent: every owner of this kind. At most 253
	// characters.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name is the name of one object: lower-case letters, digits, - and ., for example web; leave it out to match every object of the kind"
	Name string `json:"name,omitempty"`
}

// GroupKey is one property by which pods fold into rows.
//
// +kubebuilder:validation:XValidation:rule="!self.type.endsWith('Label') || has(self.label)",message="label is missing: the types PodLabel, NamespaceLabel and NodeLabel need the key of a label, for example label: team"
// +kubebuilder:validation:XValidation:rule="self.type.endsWith('Label') || !has(self.label)",message="label goes only with the types PodLabel, NamespaceLabel and NodeLabel: remove it, or change type to one of these"
// +kubebuilder:validation:XValidation:rule="self.type == 'Workload' || !has(self.level)",message="level goes only with the type Workload: remove it, or change type to Workload"
type GroupKey struct {
	// type of the key: Namespace, Workload, Pod, Container, Node, PodLabel,
	// NamespaceLabel, or NodeLabel (cluster kinds only). Workload and Pod imply
	// Namespace.
	// +required
	Type GroupKeyType `json:"type"`

	// label is the key of a label, for example team. Required with PodLabel,
	// NamespaceLabel and NodeLabel, refused with the other types. Pods without
	// the label form a row of their own.
	// +optional
	Label LabelKey `json:"label,omitempty"`

	// level says which of a pod's owners is its workload: Controller, the owner
	// that the pod itself names, such as a ReplicaSet or a Job; Workload, the
	// first that is not a ReplicaSet, a Job or a Pod, such as a Deployment, a
	// CronJob or a Rollout; Top, the last that the operator may read of. Goes
	// only with the type Workload, where absent means Workload.
	// +optional
	Level WorkloadLevel `json:"level,omitempty"`
}

// WorkloadLevel is how far up among a pod's owners its workload is looked for.
//
// +kubebuilder:validation:Enum=Controller;Workload;Top
type WorkloadLevel string

// The levels of a GroupKey of the type Workload.
const (
	// LevelController is the owner that the pod itself names.
	LevelController WorkloadLevel = "Controller"
	// LevelWorkload is the first owner that is not a ReplicaSet, a Job or a Pod.
	LevelWorkload WorkloadLevel = "Workload"
	// LevelTop is the last owner that the operator may read of.
	LevelTop WorkloadLevel = "Top"
)

// GroupKeyType is a property of a pod or a container.
//
// +kubebuilder:validation:Enum=Namespace;Workload;Pod;Container;Node;PodLabel;NamespaceLabel;NodeLabel
type GroupKeyType string

// The types of a GroupKey.
const (
	// GroupByNamespace is the pod's namespace.
	GroupByNamespace GroupKeyType = "Namespace"
	// GroupByWorkload is the owner that the pod was made by, for example its
	// Deployment. It implies Namespace.
	GroupByWorkload GroupKeyType = "Workload"
	// GroupByPod is the pod. It implies Namespace.
	GroupByPod GroupKeyType = "Pod"
	// GroupByContainer is the container's name.
	GroupByContainer GroupKeyType = "Container"
	// GroupByNode is the node that the pod runs on.
	GroupByNode GroupKeyType = "Node"
	// GroupByPodLabel is the value of a label of the pod.
	GroupByPodLabel GroupKeyType = "PodLabel"
	// GroupByNamespaceLabel is the value of a label of the pod's namespace.
	GroupByNamespaceLabel GroupKeyType = "NamespaceLabel"
	// GroupByNodeLabel is the value of a label of the pod's node; cluster kinds
	// only.
	GroupByNodeLabel GroupKeyType = "NodeLabel"
)
