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
// percentage divides by what the observed containers declare.
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
