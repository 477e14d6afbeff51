package checkpoint

import (
	"fmt"
	"slices"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// Encode returns a checkpoint of at most so many bytes that stands alone, and how
// many rows it leaves out for that.
func Encode(c *Content, limit int) (data []byte, omitted int, err error) {
	return fit(c, limit, func(p *payload) ([]byte, error) { return seal(whole, p.bytes) })
}

// fit leaves out rows until what is made of the payload has at most so many bytes.
// It does not look for the very last row that fits.
func fit(c *Content, limit int, sealed func(*payload) ([]byte, error)) (data []byte, omitted int, err error) {
	limit = min(limit, MaxBytes)
	rows := storable(c.Snapshot.Rows)
	fitting, tooMany := 0, len(rows)+1
	for n := len(rows); ; {
		made, size, err := attempt(newPayload(c, rows[:n]), sealed)
		switch {
		case err != nil:
			return nil, 0, err
		case size > limit && n == 0:
			return nil, 0, fmt.Errorf("even without rows the checkpoint takes %d bytes, allowed are %d", size, limit)
		case size > limit:
			tooMany = n
		default:
			data, fitting = made, n
		}
		if data != nil && (tooMany-fitting <= 1 || len(data) >= limit/8*7) {
			return data, len(c.Snapshot.Rows) - fitting, nil
		}
		n = between(fitting, tooMany, n, size, limit)
	}
}

// attempt returns what is made of a payload and its size, which is that of the
// payload where it must not even be compressed.
func attempt(p *payload, sealed func(*payload) ([]byte, error)) (data []byte, size int, err error) {
	if len(p.bytes) > maxPayload {
		return nil, len(p.bytes), nil
	}
	if data, err = sealed(p); err != nil {
		return nil, 0, fmt.Errorf("compress a checkpoint: %w", err)
	}
	return data, len(data), nil
}

// between guesses how many rows fit: by the size of n at first, then by halves.
func between(fitting, tooMany, n, size, limit int) int {
	guess := (fitting + tooMany) / 2
	if fitting == 0 && n > 0 && limit > 0 {
		guess = n * limit / size
	}
	return min(max(guess, fitting), tooMany-1)
}

// storable are the rows that can be decoded again. Owner references are the only
// names that nobody bounds.
func storable(rows []usage.RowTrack) []usage.RowTrack {
	tooLong := func(w usage.RowTrack) bool {
		return slices.ContainsFunc(namesOf(&w.Subject), func(name *string) bool { return len(*name) > maxName })
	}
	rows = slices.DeleteFunc(slices.Clone(rows), tooLong)
	return rows[:min(len(rows), usage.MaxSeries)]
}
