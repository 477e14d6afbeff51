package usage

import "slices"

// Reason says why a sample is missing.
type Reason uint8

// The reasons, from what needs attention most to what needs it least. Findings
// are listed in this order.
const (
	// NodeLost: the pods of a node have no current sample, all of them; or, in a
	// report of nodes, the node is not Ready.
	NodeLost Reason = iota
	// Unknown: none of the others.
	Unknown
	// ContainerRestarted: a container was started again a short time ago.
	ContainerRestarted
	// TooNew: a container was started for the first time, or a node was created,
	// a short time ago.
	TooNew
	// NotRunning: it counts in the rows and does not run by its pod's status, so
	// that no sample is expected.
	NotRunning
	reasonCount
)

// Missing is one finding: a pod without a current sample, one container of a
// pod whose other containers have one, or a node.
type Missing struct {
	Reason         Reason
	Namespace, Pod string
	// Container is empty where the finding is about the pod.
	Container string
	// Node is set where the finding is about a node, and Pods then counts those
	// pods of the report that are missing with it.
	Node string
	Pods int
}

// MaxMissing is the largest number of findings that a view lists.
const MaxMissing = 20

// findings collects what is missing. What comes in order is listed in order.
type findings struct {
	listed [reasonCount][]Missing
	count  int
}

func (f *findings) add(m Missing) {
	f.count++
	if len(f.listed[m.Reason]) < MaxMissing {
		f.listed[m.Reason] = append(f.listed[m.Reason], m)
	}
}

func (f *findings) cut() (listed []Missing, omitted int) {
	listed = slices.Concat(f.listed[:]...)
	listed = listed[:min(len(listed), MaxMissing)]
	return listed, f.count - len(listed)
}
