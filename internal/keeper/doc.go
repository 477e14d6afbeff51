// Package keeper keeps what reports and thresholds remember in the cluster, so
// that it outlives the operator. It knows nothing of them but their names.
//
// There is one UsageCheckpoint for each owner, in the operator's own namespace,
// named by the owner's UID. It is read once, before the owner enters the engine:
//
//	Resume   what was stored, for an owner that begins or goes on
//	Park     stores an owner that is about to rest
//	Save     stores an owner now, for what must be stored before it is acted on
//	Forget   deletes what was stored, with its owner
//
// While the operator leads, a loop writes each checkpoint once in an interval, all
// of them spread over it, and within a budget of bytes a second. What has not
// changed is not written. On a graceful stop all are written.
//
// What lasts of a checkpoint is an object of its own, the base, which the other one
// refers to. The base is written first, under a new name, and the one before deleted
// last, so that at any time what is referred to is there. A base is followed by
// another when what was written beside it, beyond the least that it can be, adds up to
// its size: then another costs no more than to go on so has.
//
// A write names the version that it replaces. Where it fails with a conflict,
// another operator has written: this one was asleep, perhaps, and is not the
// leader any more. What it has in memory is worth nothing then. It drops the owner
// and begins again with what is stored, but not before all is dropped.
//
// Nothing of this is cached or watched. A sweep lists the names, when the operator
// begins to lead and every hour, and deletes what has lost its owner, and bases that
// nothing refers to. Who must act on that first, OnOrphan lets.
package keeper

// +kubebuilder:rbac:groups=usage-operator.io,namespace=usage-operator-system,resources=usagecheckpoints,verbs=get;list;create;update;delete
