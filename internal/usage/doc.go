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
// takes its part of the sums with it, so that a view is right at any time.
//
// A sample that is not newer than the pod's last one is no sample. A pod whose
// sample is late keeps its last one for two resolutions, so that one late pod
// does not dent a sum; then it counts as missing. Missing is never zero: a
// percentage divides by what the observed containers declare.
//
// The engine knows no clock and no client. It may be used concurrently.
package usage
