package metricsapi

import "google.golang.org/protobuf/encoding/protowire"

// nextField returns the number of the field that message begins with, its value
// if it is length-delimited, else nil, and its whole length: negative where the
// field does not parse. Results come in registers, which is most of why a scan
// is fast.
func nextField(message []byte) (number protowire.Number, value []byte, n int) {
	if end := plainField(message); end > 0 {
		return protowire.Number(message[0] >> 3), message[2:end], end
	}
	return nextFieldOfAnyForm(message)
}

// plainField returns the whole length of the field that message begins with if
// it is as nearly all are, length-delimited with a number below 16 and fewer
// than 128 bytes, else 0. It is small enough to be inlined.
func plainField(message []byte) int {
	if len(message) < 2 || message[0]&0x87 != byte(protowire.BytesType) || message[0] < 8 || message[1] >= 0x80 {
		return 0
	}
	if end := 2 + int(message[1]); end <= len(message) {
		return end
	}
	return 0
}

func nextFieldOfAnyForm(message []byte) (number protowire.Number, value []byte, n int) {
	number, kind, tag := protowire.ConsumeTag(message)
	if tag < 0 {
		return 0, nil, tag
	}
	if kind == protowire.BytesType {
		value, n = protowire.ConsumeBytes(message[tag:])
	} else {
		n = protowire.ConsumeFieldValue(number, kind, message[tag:])
	}
	if n < 0 {
		return 0, nil, n
	}
	return number, value, tag + n
}

// varintField returns the varint of a field in message, the last if there are
// several, or otherwise if there is none.
func varintField(message []byte, field protowire.Number, otherwise uint64) (uint64, error) {
	if v, ok := plainVarint(message, field); ok {
		return v, nil
	}
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 || number == field && kind != protowire.VarintType {
			return 0, errWire
		}
		message = message[tag:]
		var n int
		if number == field {
			otherwise, n = protowire.ConsumeVarint(message)
		} else {
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return 0, errWire
		}
		message = message[n:]
	}
	return otherwise, nil
}

// plainVarint recognizes a message in the bytes that all generated code writes:
// a duration is just one field, and in a time the nanoseconds follow, always 0.
func plainVarint(message []byte, field protowire.Number) (v uint64, ok bool) {
	if len(message) == 0 || message[0] != byte(field)<<3 {
		return 0, false
	}
	v, n := protowire.ConsumeVarint(message[1:])
	if n < 0 {
		return 0, false
	}
	rest := message[1+n:]
	return v, len(rest) == 0 || string(rest) == "\x10\x00"
}
