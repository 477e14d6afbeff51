package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Reading is what a tick tells a threshold about one of its subjects: a value, and
// the bounds that it lies between where samples are missing.
//
// Values are in the unit of the measure: nanocores or bytes of usage, and of a
// percentage billionths of the ratio, so that 80 % is 800,000,000. They are rounded
// down, averages to the nearest; percentiles are within 1 %. math.MaxInt64 stands for all that is larger, and for no bound at all.
type Reading struct {
	Subject model.Subject
	// Data tells how much of the subject was observed.
	Data Data
	// Value is that of what was observed; 0 where Data is Missing.
	Value int64
	// Lower and Upper are what the value would be at least and at most if nothing
	// were missing. They are Value where Data is Complete.
	Lower, Upper int64
	// Usage is the usage that Value was made of, and Denominator what it was
	// divided by, in nanocores or bytes; of a statistic they are the last ones.
	// Denominator is 0 where nothing is declared, and for a threshold of usage itself.
	Usage, Denominator int64
	// SampleTime is the newest timestamp among the samples used. Where nothing runs it
	// is the time of the tick, and zero while there are none else.
	SampleTime time.Time
	// Pods is the number of pods, or nodes, that the subject has.
	Pods int
}

// Data is how much of a subject was observed.
type Data uint8

// What was observed of a subject.
const (
	// Complete data leaves out nothing that runs.
	Complete Data = iota
	// Partial data leaves out something that runs, or a part of the window.
	Partial
	// MissingData is none at all.
	MissingData
)

// Contributor is a pod, or a node, that has a large part in a subject's value.
type Contributor struct {
	// Namespace is that of the pod; empty for a node.
	Namespace string
	// Name is that of the pod, or of the container as pod/container, or of the node.
	Name string
	// Usage is in nanocores or bytes.
	Usage int64
}
