package model

import "time"

// Samples is one whole answer of the Metrics API about pods. It is reused from
// read to read, so that reading allocates nothing in a steady state.
type Samples struct {
	// ReadTime is when the request was sent.
	ReadTime time.Time
	// Pods is sorted by namespace, then name.
	Pods []PodSample
	// Containers holds the containers of all pods, one pod after the other.
	Containers []ContainerSample
	// Unusable counts the containers that were left out, because their usage
	// lacked CPU or memory, was negative or too large: they are unobserved.
	Unusable int
}

// PodSample is what the Metrics API says about one pod. Its usage covers the
// time from Time - Window to Time.
type PodSample struct {
	Namespace string
	Name      string
	// Time is zero where the provider gave none.
	Time   time.Time
	Window time.Duration
	// First and Last bound the pod's containers: Samples.Containers[First:Last].
	First, Last int32
}

// ContainerSample is the usage of one container: CPU as the mean over the
// sample's window, memory as the working set at its end.
type ContainerSample struct {
	Name  string
	Usage Amounts
}

// Reset empties s and keeps its memory.
func (s *Samples) Reset() {
	s.Pods = s.Pods[:0]
	s.Containers = s.Containers[:0]
	s.Unusable = 0
}

// Of returns the containers of a pod's sample.
func (s *Samples) Of(p *PodSample) []ContainerSample {
	return s.Containers[p.First:p.Last]
}
