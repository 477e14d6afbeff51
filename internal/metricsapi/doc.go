// Package metricsapi reads the resource metrics API (metrics.k8s.io) into
// model.Samples and model.NodeSamples.
//
// A list costs one request. The body is scanned once, while it arrives, through
// a small buffer: the envelope gives one message per item, each message is read
// in place, and its numbers go straight into rows that are reused from read to
// read. Nothing is allocated for a pod that the last read had already seen.
// What a provider without protobuf sends is decoded as JSON into the same rows.
//
// Rows count only once the body has ended cleanly. A body that breaks off, does
// not parse or outgrows a bound is an error, and leaves no rows behind.
//
// What is scanned:
//   - The fields that a row is made of are held to the wire format as strictly
//     as by the generated Unmarshal. All other fields are only skipped, so an
//     error inside a label or a list's metadata goes unseen.
//   - A list that says it continues elsewhere is an error: it is not the whole.
//   - A quantity has to be a short one in the grammar of resource.Quantity.
//   - A container, or node, whose usage lacks CPU or memory, is negative or does
//     not fit an int64, is left out and counted. It is unobserved, not zero; one
//     kubelet that reports nonsense must not blind the reader to all others.
//   - Timestamps and windows are handed on as they are, a zero time and a
//     negative window included: the consumer knows what it can use.
//
// Rows come out sorted by namespace, then name, each name once: metrics-server
// sorts, other providers may not. Of two samples of one pod, the newer stays.
//
// Errors are told apart by Kind, because each needs another action of the user.
package metricsapi
