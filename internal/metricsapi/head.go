package metricsapi

import (
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields that PodMetrics and NodeMetrics have in common.
const (
	metricsMetadata  = 1
	metricsTimestamp = 2
	metricsWindow    = 3

	metaName      = 1
	metaNamespace = 3

	timeSeconds     = 1
	durationNanosec = 1
)

// head is what PodMetrics and NodeMetrics begin with. The names lie in the
// stream's buffer.
type head struct {
	namespace, name []byte
	time            time.Time
	window          time.Duration
}

// field scans a field of PodMetrics or NodeMetrics that belongs to the head.
func (h *head) field(number protowire.Number, value []byte) error {
	if value == nil {
		return errWire
	}
	switch number {
	case metricsMetadata:
		return h.metadata(value)
	case metricsTimestamp:
		return h.timestamp(value)
	default:
		return h.duration(value)
	}
}

func (h *head) metadata(message []byte) error {
	for len(message) > 0 {
		// Most of the metadata is labels: past them without a call.
		if n := plainField(message); n > 0 && message[0]>>3 > metaNamespace {
			message = message[n:]
			continue
		}
		number, value, n := nextField(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		switch number {
		case metaName:
			h.name = value
		case metaNamespace:
			h.namespace = value
		default:
			continue
		}
		if value == nil {
			return errWire
		}
	}
	return nil
}

// timestamp scans a Time: none is the zero time, and fractions of a second are
// ignored, as metav1.Time has it.
func (h *head) timestamp(message []byte) error {
	h.time = time.Time{}
	if len(message) == 0 {
		return nil
	}
	seconds, err := varintField(message, timeSeconds, 0)
	h.time = time.Unix(int64(seconds), 0).UTC()
	return err
}

// duration scans a Duration, in nanoseconds. A second one without a value
// leaves the first, as the generated code has it.
func (h *head) duration(message []byte) error {
	nanoseconds, err := varintField(message, durationNanosec, uint64(h.window))
	h.window = time.Duration(nanoseconds)
	return err
}
