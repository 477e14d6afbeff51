// Package poller runs the tick: it drains the inventory's changes, reads the
// Metrics API once for all reports, sums, and announces which reports are due.
//
//	inventory ─┐
//	           ├─> engine ─> due reports ─> the reconcilers' queues
//	Metrics API┘
//
// It reads only while a report wants it, at the resolution that the metrics
// pipeline is observed to have, in step with its scrapes. It runs on the leader
// only.
package poller
