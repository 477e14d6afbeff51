// Package stage sets a stage for the operator: a real API server, pods and nodes
// that are objects and nothing more, a Metrics API whose numbers a test chooses and
// whose resolution is a second, and a proxy before both that a test can put faults
// into. What takes a cluster minutes takes seconds here, and can be repeated a
// hundred times.
//
// The operator runs as a process of its own, since it is killed and stopped. It
// reaches the API server as its administrator: what its own rights are worth is
// tested on clusters.
package stage
