// Package events writes the notices of thresholds as Events, each exactly once.
//
// An Event has a name that follows from what it tells: the threshold, the subject,
// the reason, the severity and the time of the transition. So whoever writes it
// again, after an answer that got lost, a crash or a change of leaders, finds it
// there, and is done. That it is ours is told by the UID of the threshold among its
// labels. Where another one has the name, as anybody who may create Events can see
// to, the Event takes the next of a row of names that follows from it, too.
//
//	subject                 the Event regards          in the namespace
//	Pod, Container of one   the pod                    of the pod
//	Workload                the owner                  of its pods
//	Namespace               the namespace              itself
//	Node                    the node                   default
//	labels, or the sum      the threshold              of the threshold, else default
//	the threshold, overall  the threshold              of the threshold, else default
//
// What comes first in this table counts where a subject has several parts. What a
// pod says of its owner is written by its user. So an Event about an owner that is
// cluster-scoped, as the node of a static pod is, stays in the namespace of the
// pods. A namespaced threshold never leaves its namespace: what would is about the
// threshold itself.
//
// The recorders of client-go will not do. That of core/v1 drops Events after a
// burst of 25 for an object, and that of events.k8s.io takes two that differ in
// their note only for one.
package events

// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;get
