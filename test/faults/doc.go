// Package faults puts faults into all that the operator depends on while it works,
// and counts whether it keeps what docs/reliability.md promises.
//
// On a stage stand two namespaces, shop and aside, each with pods, a report and a
// threshold; a report and a threshold of the cluster-wide kinds look at both. A fault
// begins, and the pods of both cross a level or come back from it. What the operator
// tells of that meanwhile is up to the fault. After its end
//
//   - all is told and shown within two ticks,
//   - each Event is there once, in order, from the first fault to the last,
//   - no time was counted twice,
//   - the operator has no more goroutines and no larger heap than before.
//
// A tick is 15 s, the resolution of metrics-server by default. Samples come each
// second here, so that what waits for them alone is back sooner; but reports are
// written each 15 s at most, and what failed is tried again after 15 s at most.
package faults
