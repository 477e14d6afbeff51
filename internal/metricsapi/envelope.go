package metricsapi

import (
	"bytes"

	"google.golang.org/protobuf/encoding/protowire"
)

// magic begins every protobuf body of Kubernetes; a runtime.Unknown follows.
var magic = []byte("k8s\x00")

// The fields of runtime.Unknown, and of a list.
const (
	unknownTypeMeta        = 1
	unknownRaw             = 2
	unknownContentEncoding = 3

	typeMetaKind = 2

	listMetadata = 1
	listItems    = 2

	listMetaContinue = 3
)

// list scans a protobuf list of a kind, the magic included, and calls item with
// the message of each item. The body may end before the fields that follow raw:
// the list is whole by then.
func (s *stream) list(kind string, item func(message []byte) error) error {
	if _, err := s.frame(uint64(len(magic))); err != nil {
		return err
	}
	e := envelope{kind: kind, item: item}
	for {
		ended, err := s.ended()
		if err != nil {
			return err
		}
		if ended {
			break
		}
		if err := s.envelopeField(&e); err != nil {
			return err
		}
	}
	if !e.sawKind || !e.sawRaw {
		return errEndsEarly
	}
	return nil
}

// envelope is what list looks for in a runtime.Unknown, and what it has seen.
type envelope struct {
	kind            string
	item            func(message []byte) error
	sawKind, sawRaw bool
}

func (s *stream) envelopeField(e *envelope) error {
	number, size, err := s.field()
	if err != nil {
		return err
	}
	switch number {
	case unknownRaw:
		if e.sawRaw {
			return errWire
		}
		e.sawRaw = true
		return s.items(size, e.item)
	case unknownTypeMeta:
		e.sawKind = true
		return s.checkKind(size, e.kind)
	default:
		return s.checkRest(number, size)
	}
}

// field consumes the tag and the length of a length-delimited field; the
// envelope and the lists of Kubernetes have no others.
func (s *stream) field() (number protowire.Number, size uint64, err error) {
	tag, err := s.varint()
	if err != nil {
		return 0, 0, err
	}
	number, kind := protowire.DecodeTag(tag)
	if number < protowire.MinValidNumber || kind != protowire.BytesType {
		return 0, 0, errWire
	}
	size, err = s.varint()
	return number, size, err
}

func (s *stream) checkKind(size uint64, want string) error {
	message, err := s.frame(size)
	if err != nil {
		return err
	}
	var kind []byte
	for len(message) > 0 {
		number, value, n := nextField(message)
		if n < 0 {
			return errWire
		}
		if number == typeMetaKind {
			kind = value
		}
		message = message[n:]
	}
	if string(kind) != want {
		return errWrongKind
	}
	return nil
}

func (s *stream) checkRest(number protowire.Number, size uint64) error {
	value, err := s.frame(size)
	if err == nil && number == unknownContentEncoding && len(value) > 0 {
		return errEncoded
	}
	return err
}

// items scans the list of size bytes that begins here.
func (s *stream) items(size uint64, item func(message []byte) error) error {
	if size > maxBody {
		return errTooLong
	}
	end := s.position() + int64(size)
	for s.position() < end {
		number, size, err := s.field()
		if err != nil {
			return err
		}
		if size > uint64(max(0, end-s.position())) {
			return errWire
		}
		message, err := s.frame(size)
		if err != nil {
			return err
		}
		switch number {
		case listItems:
			err = item(message)
		case listMetadata:
			err = checkListMeta(message)
		}
		if err != nil {
			return err
		}
	}
	if s.position() != end {
		return errWire
	}
	return nil
}

func checkListMeta(message []byte) error {
	for len(message) > 0 {
		number, value, n := nextField(message)
		if n < 0 {
			return errWire
		}
		if number == listMetaContinue && len(value) > 0 {
			return errPartialList
		}
		message = message[n:]
	}
	return nil
}

// isProtobuf tells whether what is held begins a protobuf body.
func isProtobuf(held []byte) bool { return bytes.HasPrefix(held, magic) }
