package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// Omitted is what a checkpoint leaves out because it does not fit.
type Omitted struct {
	// Rows are those that rank lowest.
	Rows int
	// Accounts are those of the oldest closed periods. They are in the totals still.
	Accounts int
}

// Encode returns a checkpoint of at most so many bytes that stands alone, and what it
// leaves out for that.
func Encode(c *Content, limit int) (data []byte, o Omitted, err error) {
	f, err := fit(c, limit, alone)
	return f.data, f.omitted, err
}

// alone is the form of what needs no base.
func alone(p *payload) ([]byte, error) { return seal(whole, p.bytes) }

// fitted is what fits.
type fitted struct {
	data    []byte
	payload *payload
	omitted Omitted
}

// form makes bytes of a payload.
type form func(*payload) ([]byte, error)

// fit leaves out what must be for at most so many bytes: accounts as long as all that
// is no row takes more than half of them, then rows.
func fit(c *Content, limit int, sealed form) (f fitted, err error) {
	if limit = min(limit, MaxBytes); limit <= 0 {
		return f, errors.New("there is no room for the checkpoint")
	}
	c, accounts := fold(c, limit/2, sealed)
	f, err = fitRows(c, limit, sealed)
	f.omitted.Accounts = accounts
	return f, err
}

// fold leaves out as few closed accounts as it can.
func fold(c *Content, most int, sealed form) (folded *Content, omitted int) {
	without := func(n int) *Content {
		if n == 0 {
			return c
		}
		return &Content{Owner: c.Owner, Hash: c.Hash, Snapshot: c.Snapshot.WithoutAccounts(n)}
	}
	fits := func(n int) bool {
		p := newPayload(without(n), nil)
		if len(p.bytes) <= most {
			return true
		}
		_, size, err := attempt(p, sealed)
		return err == nil && size <= most
	}
	if fits(0) {
		return c, 0
	}
	omitted = sort.Search(c.Snapshot.ClosedAccounts(), fits)
	return without(omitted), omitted
}

// fitRows leaves out rows. It does not look for the very last that fits.
func fitRows(c *Content, limit int, sealed form) (f fitted, err error) {
	rows := storable(c.Snapshot.Rows)
	fitting, tooMany := 0, len(rows)+1
	for n := len(rows); ; {
		p := newPayload(c, rows[:n])
		data, size, err := attempt(p, sealed)
		switch {
		case err != nil:
			return fitted{}, err
		case size > limit && n == 0:
			return fitted{}, fmt.Errorf("even without rows the checkpoint takes %d bytes, allowed are %d", size, limit)
		case size > limit:
			tooMany = n
		default:
			f, fitting = fitted{data, p, Omitted{Rows: len(c.Snapshot.Rows) - n}}, n
		}
		if f.data != nil && (tooMany-fitting <= 1 || len(f.data) >= limit/8*7) {
			return f, nil
		}
		n = between(fitting, tooMany, n, size, limit)
	}
}

// attempt returns what is made of a payload and its size, which is that of the
// payload where it must not even be compressed.
func attempt(p *payload, sealed form) (data []byte, size int, err error) {
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
