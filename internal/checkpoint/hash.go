package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// Hash identifies parts of a spec.
type Hash [16]byte

// HashOf returns the hash of parts of a spec by their JSON. It depends neither on
// the order of fields in Go nor on optional fields that are absent, so that it is
// the same in a later version of the API.
func HashOf(parts ...any) (h Hash, err error) {
	var all bytes.Buffer
	for _, part := range parts {
		if err := appendCanonical(&all, part); err != nil {
			return Hash{}, fmt.Errorf("hash a spec: %w", err)
		}
	}
	sum := sha256.Sum256(all.Bytes())
	return Hash(sum[:len(h)]), nil
}

// appendCanonical sorts the keys of objects by way of maps.
func appendCanonical(to *bytes.Buffer, part any) error {
	text, err := json.Marshal(part)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(plain)
}
