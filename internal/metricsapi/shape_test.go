package metricsapi

import "google.golang.org/protobuf/encoding/protowire"

// shape is which fields of a message are kept, and the shapes of those that are
// messages themselves.
type shape struct {
	fields map[protowire.Number]*shape
	// isUsage marks an entry of a usage map.
	isUsage bool
	// isTime marks a Time: without a byte it is the zero time, with the seconds
	// absent it is that of the epoch.
	isTime bool
}

func fields(f map[protowire.Number]*shape) *shape { return &shape{fields: f} }

var (
	quantity  = fields(map[protowire.Number]*shape{1: nil})
	mapEntry  = &shape{fields: map[protowire.Number]*shape{1: nil, 2: quantity}, isUsage: true}
	container = fields(map[protowire.Number]*shape{1: nil, 2: mapEntry})
	metadata  = fields(map[protowire.Number]*shape{1: nil, 3: nil})
	number    = fields(map[protowire.Number]*shape{1: nil})
	timestamp = &shape{fields: number.fields, isTime: true}
	pod       = fields(map[protowire.Number]*shape{1: metadata, 2: timestamp, 3: number, 4: container})
	scanned   = fields(map[protowire.Number]*shape{2: pod})

	node         = fields(map[protowire.Number]*shape{1: metadata, 2: timestamp, 3: number, 4: mapEntry})
	scannedNodes = fields(map[protowire.Number]*shape{2: node})
)

// epoch is a Time of 0 seconds.
var epoch = message(1, uint64(0))

// cut removes from a message what is not in its shape, and entries of resources
// that no row holds.
func cut(message []byte, s *shape) ([]byte, error) {
	var kept []byte
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return nil, protowire.ParseError(tag)
		}
		n := protowire.ConsumeFieldValue(number, kind, message[tag:])
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		whole := message[:tag+n]
		message = message[tag+n:]
		inner, keep := s.fields[number]
		switch {
		case !keep:
			continue
		case inner == nil || kind != protowire.BytesType:
			kept = append(kept, whole...)
			continue
		}
		value, _ := protowire.ConsumeBytes(whole[tag:])
		known, err := cutValue(value, inner)
		if err != nil {
			return nil, err
		}
		if known == nil {
			continue
		}
		kept = protowire.AppendBytes(protowire.AppendTag(kept, number, kind), known)
	}
	return kept, nil
}

// cutValue is cut for a field's value; nil is for a field to be left out.
func cutValue(value []byte, s *shape) ([]byte, error) {
	if s.isUsage && !ofInterest(value) {
		return nil, nil
	}
	known, err := cut(value, s)
	if s.isTime && len(value) > 0 && len(known) == 0 {
		known = epoch
	}
	return append([]byte{}, known...), err
}

// ofInterest tells whether an entry's last key is cpu or memory, or cannot be
// told.
func ofInterest(entry []byte) bool {
	var key []byte
	for len(entry) > 0 {
		number, kind, tag := protowire.ConsumeTag(entry)
		if tag < 0 {
			return true
		}
		n := protowire.ConsumeFieldValue(number, kind, entry[tag:])
		if n < 0 {
			return true
		}
		if number == 1 {
			key, _ = protowire.ConsumeBytes(entry[tag:])
		}
		entry = entry[tag+n:]
	}
	return string(key) == "cpu" || string(key) == "memory"
}
