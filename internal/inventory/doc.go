// Package inventory knows which pods run, on which nodes, in which namespaces
// and for which workloads. It keeps what the operator needs of each object as a
// compact row, because a full Pod costs about 16 KB of heap and a row less
// than 0.5 KB.
//
// One reflector a kind feeds one store. Objects are compacted as they are
// decoded: a watch-list stream through the store's Transformer, a list page by
// page, so that no more than one page of whole objects is ever held. Pods and
// nodes are read whole; of namespaces, ReplicaSets and Jobs only the metadata is.
//
// A pod has a row while it is bound to a node and not finished. Rows are
// compared by what they hold, so the status updates of kubelets, of pods as of
// nodes, cost nothing downstream. What many rows hold alike is kept once (see
// interner). A quota has a row while it bounds what all pods of its namespace
// request of CPU or memory.
//
// A pod's owners are its controller, its controller's controller and so on, as
// far as rows are kept of them: the walk climbs through ReplicaSets, Jobs and
// Pods and ends at anything else, which its child has already named. All pods
// of a controller share one answer. It is worked out again when a row on the
// way comes or changes, and it stays when such a row goes.
//
// Only while somebody wants the top of the chains does the walk go on: through
// the other built-in kinds, of which rows are kept meanwhile, and through
// owners of any other kind, each read by itself in the background where the
// operator's rights allow it (see distant). Where the rights end the walk ends,
// and the read is counted. A walk goes on only from an object whose UID is the
// one that its child named.
//
// Whether an owner of a custom kind is cluster-scoped is for the API server to
// tell, which needs no rights. Until it has, the owner counts as cluster-scoped.
//
// Where only some namespaces may be seen, each has reflectors of its own that feed
// the same stores, nodes are not known, and the labels of these namespaces are
// read again and again, since nobody may watch a single one.
//
// Readers subscribe and drain: the first Drain of a Feed is the whole
// inventory, each later one what has changed since. While nothing subscribes,
// as on a standby, nothing queues.
package inventory
