// Package scale measures what only a large cluster shows: the processor time of
// whole ticks, how it grows, and the memory of all that the operator keeps.
//
// The cluster is synthetic. It has 30 pods in a namespace and 15 in a workload,
// of two containers and five labels each, so that 150,000 pods are 10,000
// workloads in 5,000 namespaces on 1,500 nodes. Ticks read an answer of the
// Metrics API from memory, as metrics-server encodes it, through the operator's
// own reader; each tick brings new samples. The inventory reads from another
// process that speaks like an API server.
//
// Times are of the processor, of the whole process with its garbage collector,
// and the least of all rounds: what else the machine does can only add to them.
package scale
