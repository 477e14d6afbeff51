package metricsapi

import (
	"errors"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// bufferSize is what is read from the network at once, and all that is held of
// a body unless one item is larger.
const bufferSize = 64 << 10

// stream reads a body through one buffer that is reused from body to body.
type stream struct {
	source io.Reader
	buffer []byte
	// buffer[start:end] is read but not consumed yet.
	start, end int
	// taken counts the bytes that came from the source.
	taken int64
	// allowance is up to where the source may be read.
	allowance int64
	// failure is why the source failed, io.EOF where it ended.
	failure error
}

func (s *stream) reset(source io.Reader) {
	// A giant item must not hold on to a giant buffer.
	if len(s.buffer) != bufferSize {
		s.buffer = make([]byte, bufferSize)
	}
	*s = stream{source: source, buffer: s.buffer, allowance: maxBody}
}

// position is how many bytes of the body are consumed.
func (s *stream) position() int64 { return s.taken - int64(s.end-s.start) }

// held returns the bytes that are read but not consumed.
func (s *stream) held() []byte { return s.buffer[s.start:s.end] }

// need makes at least n bytes held.
func (s *stream) need(n int) error {
	if s.end-s.start >= n {
		return nil
	}
	if n > maxFrame {
		return errFrameTooLong
	}
	s.makeRoom(n)
	for s.end-s.start < n {
		if err := s.fetch(); err != nil {
			if errors.Is(err, io.EOF) {
				return errEndsEarly
			}
			return err
		}
	}
	return nil
}

// makeRoom moves what is held to the front of a buffer of n bytes at least.
func (s *stream) makeRoom(n int) {
	to := s.buffer
	if n > len(to) {
		to = make([]byte, min(max(n, 2*len(to)), maxFrame))
	}
	s.end = copy(to, s.held())
	s.start, s.buffer = 0, to
}

// fetch reads once from the source into the free end of the buffer.
func (s *stream) fetch() error {
	// A reader may return nothing for a while, but not for ever.
	for range 100 {
		if s.failure != nil {
			return s.failure
		}
		if s.taken > s.allowance {
			return errTooLong
		}
		n, err := s.source.Read(s.buffer[s.end:])
		s.end += n
		s.taken += int64(n)
		s.failure = err
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

// ended tells whether the body ends here.
func (s *stream) ended() (bool, error) {
	if s.start < s.end {
		return false, nil
	}
	s.start, s.end = 0, 0
	err := s.fetch()
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// varint consumes a varint.
func (s *stream) varint() (uint64, error) {
	for {
		v, n := protowire.ConsumeVarint(s.held())
		if n > 0 {
			s.start += n
			return v, nil
		}
		held := s.end - s.start
		if held >= 10 {
			return 0, errWire
		}
		if err := s.need(held + 1); err != nil {
			return 0, err
		}
	}
}

// frame consumes the next n bytes. They are valid until the next call.
func (s *stream) frame(n uint64) ([]byte, error) {
	if n > maxFrame {
		return nil, errFrameTooLong
	}
	if err := s.need(int(n)); err != nil {
		return nil, err
	}
	frame := s.held()[:n]
	s.start += int(n)
	return frame, nil
}

// Read gives the rest of the body to a decoder that wants a reader.
func (s *stream) Read(p []byte) (int, error) {
	if s.start == s.end {
		s.start, s.end = 0, 0
		if err := s.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.held())
	s.start += n
	return n, nil
}
