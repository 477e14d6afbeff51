// Package usage is the aggregation engine: it joins samples with the inventory
// and sums them into the rows of all reports.
//
// The engine keeps each pod with its last sample and its memberships: the rows
// that it adds to. Memberships are resolved when a pod, its surroundings or a
// report changes. A tick then only adds numbers, in one pass over the pods:
//
//	Apply   changes of the inventory: pods come, go and move between rows
//	Tick    one answer of the Metrics API: a merge-join, since both sides are
//	        sorted by namespace and name, then one addition for each membership
//	View    a report's rows, ranked and cut
//
// What pods declare is kept per row as they come and go. What they use is
// summed anew on each tick; a pod that comes, goes or moves between two ticks
// takes its part of the sums with it, so that a view is right at any time. A
// percentage divides the usage of those containers that declare something by
// what these declare. Both follow from the sums of all less what falls outside:
// that is nothing, or a whole pod, for most pods, and so costs a tick little.
//
// A sample that is not newer than the pod's last one is no sample. A pod whose
// sample is late keeps its last one for two resolutions, so that one late pod
// does not dent a sum; then it counts as missing. Missing is never zero: a
// percentage divides by what the observed containers declare. An older sample is
// one as soon as the pod would be missing: then no other replica of the provider is
// ahead, and the clock that dates samples was set back.
//
// # What is missing
//
// Expected are the containers that run by their pods' status. Observed are those
// of them that have a current sample; the others are missing. What is missing is
// said as coarsely as is true, in this order:
//
//   - A node is lost when at least two of its pods are missing without a reason
//     of their own and none has a current sample. All its pods that are missing
//     are one finding. A report judges a node by the namespaces that it is
//     limited to, so that a namespaced report learns nothing of others.
//   - A pod is one finding when none of its running containers has a sample: a
//     provider leaves out the whole pod when it lacks a single container.
//   - Else each container that was left out of the pod's sample is one.
//
// The reason of a pod or container is its last start, where that was a short
// time ago: TooNew for three resolutions after the first start, since a rate
// takes two scrapes, and ContainerRestarted for as long after another one and
// while a sample is carried, since the pod is not missed before. Otherwise it is
// Unknown. What does not run by its pod's status is not missing and does not
// lower the coverage; since it does count in the rows, it is listed as
// NotRunning, behind all else.
//
// Starts are told by the clocks of nodes, ages are by the operator's: a start
// lies between the sum before it was heard of and the first after. A node's
// clock is believed only between these two, else the start counts as of the
// second.
//
// A pod that ran and left without ever having had a sample is an unsampled run
// of each report that selects it. They are counted from the first answer of the
// Metrics API after the report was set, and so anew when the operator restarts.
//
// A tick does nothing for all this but to date starts. The pods with gaps are
// looked for when a view has some, once for all reports, and a view keeps a
// bounded number of findings.
//
// # Nodes
//
// A report of nodes sums what nodes as a whole were seen to use and what they
// have allocatable. Nodes are few, so that nothing of them is summed on a tick:
// TickNodes keeps the last sample of each, by the rules of pods, and a view adds
// up the nodes that it selects. A node without a current sample is missing: TooNew
// for three resolutions after it was created, NodeLost while it is not Ready by
// its status, else Unknown. Pods and nodes are read apart, and the reports of one
// kind are right whatever becomes of the other.
//
// # Readings
//
// A threshold is a report whose rows are the subjects of its alert. Of each subject
// Readings tells the value, and what it is at least and at most if nothing were
// missing. Missing is not zero: a container that runs by its pod's status and has no
// current sample is taken to use nothing in the lower bound. In the upper one it uses
// its limit, else that of its pod, else what its node has allocatable; else there is
// no bound. What nothing but the pod or the node limits counts once for each pod, and
// all of a pod uses at most the pod's own limit. What does not run uses nothing, and
// is not missing.
//
//   - Usage adds up what was seen.
//   - PercentOfRequests and PercentOfLimits compare the containers that declare more
//     than 0, and no others. Both bounds divide by what the missing ones declare too.
//     A pod that declares as a whole is one: never where containers of it are left out
//     by the selection, and in the bounds alone while some of it is missing.
//   - PercentOfAllocatable compares the pods of a node with what it has for them. They
//     use at most that, unless more was seen.
//   - PercentOfQuota compares a whole namespace with the smallest of its quotas.
//
// Sum adds up the pods of a subject. MaximumPod takes the pod that has the largest
// value by the same rules, MaximumContainer the container, for which its pod's
// declaration does not count. Each bound is the largest one of any, so that a missing
// pod raises the upper and not the lower. Nodes are always added up; a missing one
// uses at most its allocatable.
//
// The value is what a report shows, but at full precision. Only where a pod that
// declares as a whole was seen in part, and that part alone is more, it is the lower
// bound. The upper bound is never less than the value. Data is Complete where nothing
// is missing, though what is missing may not count in a percentage; it is MissingData
// where nothing was seen that counts.
//
// The denominator is what the value was divided by. Where nothing could be divided it
// is what would be: that of what is missing, else that of what does not run. It is 0
// where nothing is declared. Then value and bounds are 0 as well and mean nothing: the
// subject lies below every floor.
//
// A statistic is one of the values, each as it was, over the window. They are followed
// by the rules of reports, with their tolerance for a lost pod of twenty; but where
// nothing runs, or there are no pods, the value is known to be 0 also without a sample.
// The window begins with the life of the subject: with its oldest pod, as it was when
// it got a window, or with its first sample where that came as soon as it could. What
// of the window no value stands for is a gap. In the lower bound the value was 0 for
// so long, in the upper one it was the largest that the containers can use together
// by what they declare now. So the average is mixed, percentiles take it in as a
// sample of that weight, and the maximum is bounded above alone. Data is Partial where
// anything is missing from the window or now, and MissingData where all of the window
// is; then the upper bound is the largest value. A subject that has no window, because
// they are too many, has MissingData and no upper bound.
//
// A subject leaves with its last pod; where there is a window, when a sample of that
// pod would not be carried any more. Its window stays for as long as it is, in case
// that the subject comes back.
//
// Sums are those of the tick. To bound them, the pods with gaps are looked at, once for
// all thresholds. Maxima look at the threshold's pods, and so does the largest value,
// where a window needs it and pods have changed.
//
// # Going on
//
// A snapshot holds what a report remembers: the windows of its rows and up to when
// they were summed up, by the system's clock, which alone outlives the process.
// Restore goes on from it. A row's next step is measured from where it was, as
// after a gap, so that a restart between two ticks loses nothing and a longer one
// is a gap. A sample that was seen before is no news. Rows without pods stay until
// their window has passed. Samples of pods are not remembered: a pod counts again
// with its next answer.
//
// The engine knows no clock and no client. It may be used concurrently.
package usage
