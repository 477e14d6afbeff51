package model

import "time"

// NodeSamples is one whole answer of the Metrics API about nodes. It is reused
// from read to read.
type NodeSamples struct {
	// ReadTime is when the request was sent.
	ReadTime time.Time
	// Nodes is sorted by name.
	Nodes []NodeSample
	// Unusable counts the nodes that were left out, because their usage lacked
	// CPU or memory, was negative or too large.
	Unusable int
}

// NodeSample is what the Metrics API says about one node. Its usage covers the
// time from Time - Window to Time.
type NodeSample struct {
	Name string
	// Time is zero where the provider gave none.
	Time   time.Time
	Window time.Duration
	Usage  Amounts
}

// Reset empties s and keeps its memory.
func (s *NodeSamples) Reset() {
	s.Nodes = s.Nodes[:0]
	s.Unusable = 0
}
