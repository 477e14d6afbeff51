package model

// Pod is what the operator keeps of a pod that is bound to a node and not
// finished. It is immutable: a change is a new Pod. Strings and slices are
// shared between pods that look alike.
type Pod struct {
	UID       string
	Namespace string
	Name      string
	Node      string
	Labels    Labels
	// Owners are the pod's controllers, nearest first: ReplicaSet, Deployment.
	// Empty for a pod that nothing owns.
	Owners []Workload
	// Containers are the regular containers and the sidecars, by name. Finished
	// init containers are not among them.
	Containers []Container
	// Started holds, for each of Containers, when it was last started, in Unix
	// seconds; 0 while it does not run.
	Started []int64
	// PodLevel is what the pod declares as a whole; nil where it does not.
	PodLevel *Resources
	// Ran tells whether any of Containers ever ran, Restarted whether any ran more
	// than once.
	Ran, Restarted bool
	// StartTime is when the pod was bound and accepted, in Unix seconds; 0 when
	// that is not known yet.
	StartTime int64
}

// Container is one container and what it declares. A sample without a
// container of that name is partial.
type Container struct {
	Name string
	Resources
}

// Resources is what a container or a pod declares.
type Resources struct {
	Requests Declared
	Limits   Declared
}

// Declared is an amount of each resource that is set. A resource that is
// declared as 0 is set.
type Declared struct {
	Amounts Amounts
	Set     [ResourceCount]bool
}

// Workload names an owner of pods.
type Workload struct {
	// Group is the API group; "" is the core group.
	Group string
	Kind  string
	Name  string
	// ClusterScoped owners, such as the Node of a static pod, are not shown to
	// namespaced kinds.
	ClusterScoped bool
}

// Namespace is what the operator keeps of a namespace.
type Namespace struct {
	Name   string
	Labels Labels
}

// Node is what the operator keeps of a node. It is immutable: a change is a new
// Node.
type Node struct {
	UID    string
	Name   string
	Labels Labels
	// Allocatable is what the node can give to pods.
	Allocatable Declared
	// Ready is what the node's status says; a node that nobody hears of is not.
	Ready bool
	// CreationTime is when the object was created, in Unix seconds.
	CreationTime int64
}

// Quota is what the operator keeps of a ResourceQuota that counts all pods of its
// namespace.
type Quota struct {
	UID       string
	Namespace string
	Name      string
	// Hard is how much the containers of the namespace may request in all.
	Hard Declared
	// Used is how much of that the quota itself counts as taken. It is not set
	// while the quota has not been counted.
	Used Declared
}

// Change is one change of the inventory. Exactly one of Pod, Namespace, Node and
// Quota is set; Gone tells that it has left, and then only its names and UID count,
// and of a pod that nobody was told of all that is known.
// A pod that is recreated under its name comes as a Gone of the old UID, then
// the new pod.
type Change struct {
	Pod       *Pod
	Namespace *Namespace
	Node      *Node
	Quota     *Quota
	Gone      bool
}
