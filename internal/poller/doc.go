// Package poller runs the tick: it drains the inventory's changes, reads the
// Metrics API once for all reports, sums, and announces which reports are due.
// Pods and nodes are two lists, each read only while a report lives on it; when
// one cannot be read, the reports that live on the other do not notice.
//
//	inventory ─┐
//	           ├─> engine ─> due reports ─> the reconcilers' queues
//	Metrics API┘
//
// It reads only while a report wants it, at the resolution that the metrics
// pipeline is observed to have, in step with its scrapes. It runs on the leader
// only.
package poller
