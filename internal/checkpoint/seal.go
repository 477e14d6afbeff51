package checkpoint

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

const (
	// Version is that of the newest encoding.
	Version = continued
	// whole is the version of checkpoints that stand alone, continued that of those
	// which refer to one.
	whole, continued = 1, 2
	// MaxBytes is the largest size of any checkpoint.
	MaxBytes = 1 << 20
	// maxPayload bounds what a checkpoint is before its compression.
	maxPayload = 8 << 20
	// sumBytes is the size of the checksum.
	sumBytes = 4
)

// VersionOf returns the version of a checkpoint, of whatever version it is.
func VersionOf(data []byte) byte { return data[0] }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// compressors are kept, since each takes a megabyte.
var compressors = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic(err) // only an unknown level is an error
	}
	return w
}}

// seal compresses a payload of a version and guards it.
func seal(version byte, payload []byte) ([]byte, error) {
	var sealed bytes.Buffer
	sealed.WriteByte(version)
	sealed.Write(binary.AppendUvarint(nil, uint64(len(payload))))
	w := compressors.Get().(*flate.Writer) //nolint:errcheck // it holds nothing else
	defer compressors.Put(w)
	w.Reset(&sealed)
	if _, err := w.Write(payload); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint32(sealed.Bytes(), crc32.Checksum(sealed.Bytes(), castagnoli)), nil
}

// unseal returns the payload of what seal made, and its version.
func unseal(data []byte) (payload []byte, version byte, err error) {
	if len(data) < 2+sumBytes || len(data) > MaxBytes {
		return nil, 0, &Error{Corrupt, fmt.Errorf("it has %d bytes", len(data))}
	}
	guarded, sum := data[:len(data)-sumBytes], data[len(data)-sumBytes:]
	if crc32.Checksum(guarded, castagnoli) != binary.BigEndian.Uint32(sum) {
		return nil, 0, &Error{Corrupt, errors.New("the checksum is wrong")}
	}
	if version = guarded[0]; version != whole && version != continued {
		return nil, 0, &Error{ForeignVersion, fmt.Errorf("it is of version %d, the newest known is %d", version, Version)}
	}
	size, n := binary.Uvarint(guarded[1:])
	if n <= 0 || size > maxPayload {
		return nil, 0, &Error{Corrupt, errors.New("its size is beyond the bounds")}
	}
	if payload, err = inflate(guarded[1+n:], int(size)); err != nil {
		return nil, 0, &Error{Corrupt, err}
	}
	return payload, version, nil
}

// inflate expects so many bytes, and never holds more.
func inflate(compressed []byte, size int) ([]byte, error) {
	from := bytes.NewReader(compressed)
	r := flate.NewReader(from)
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) || from.Len() != 0 {
		return nil, errors.New("it is longer than it says")
	}
	return payload, nil
}
