package checkpoint

import (
	"bytes"
	"testing"
	"time"
)

// FuzzDecode takes whatever bytes, with a right checksum.
func FuzzDecode(f *testing.F) {
	f.Add(mustEncode(f, busy(1, time.Minute, 1)))
	f.Add([]byte{Version, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > sumBytes {
			resum(data)
		}
		if c, err := Decode(data, nil); err == nil {
			mustLiveOn(t, c)
		} else if ReasonOf(err) == "" {
			t.Errorf("an error without a reason: %v", err)
		}
	})
}

// FuzzPayload looks behind the compression, which a fuzzer does not find its way
// through.
func FuzzPayload(f *testing.F) {
	c := busy(1, time.Minute, 1)
	c.Snapshot.Sections = map[string][]byte{"one": {1}}
	f.Add(newPayload(c, c.Snapshot.Rows).bytes)
	values := ofValues(1)
	f.Add(newPayload(values, values.Snapshot.Rows).bytes)
	c.Snapshot.Total = nil
	f.Add(newPayload(c, nil).bytes)
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > maxPayload {
			return
		}
		data, err := seal(whole, payload)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := Decode(data, nil); err == nil {
			mustLiveOn(t, c)
		}
	})
}

// mustLiveOn encodes what was decoded, to what decodes to the same.
func mustLiveOn(t *testing.T, c *Content) {
	t.Helper()
	data, _, err := Encode(c, MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Encode(mustDecode(t, data), MaxBytes)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("encoded again it is something else: %v", err)
	}
	for i := range c.Snapshot.Rows {
		for _, w := range c.Snapshot.Rows[i].Windows {
			if w == nil {
				continue
			}
			w.Stats(noon, 50, 99)
			w.Resize(time.Hour)
			w.Stats(noon, 50, 99)
		}
	}
}
