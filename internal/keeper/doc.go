// Package keeper keeps what reports remember in the cluster, so that it outlives
// the operator.
//
// There is one UsageCheckpoint for each report, in the operator's own namespace,
// named by the report's UID. It is read once, before the report enters the engine:
//
//	Resume   what was stored, for a report that begins or goes on
//	Park     stores a report that is about to rest
//	Forget   deletes what was stored, with its report
//
// While the operator leads, a loop writes each checkpoint once in an interval, all
// of them spread over it, and within a budget of bytes a second. What has not
// changed is not written. On a graceful stop all are written.
//
// A write names the version that it replaces. Where it fails with a conflict,
// another operator has written: this one was asleep, perhaps, and is not the
// leader any more. What it has in memory is worth nothing then. It drops the report
// and begins again with what is stored.
//
// Nothing of this is cached or watched. A sweep lists the names, when the operator
// begins to lead and every hour, and deletes what has lost its report.
package keeper

// +kubebuilder:rbac:groups=usage-operator.io,namespace=usage-operator-system,resources=usagecheckpoints,verbs=get;list;create;update;delete
