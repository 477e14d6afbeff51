package model

// Target is what a report counts.
type Target uint8

// The targets.
const (
	// Pods counts pods and their containers.
	Pods Target = iota
	// Nodes counts nodes as a whole.
	Nodes
	TargetCount
)
