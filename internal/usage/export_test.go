package usage

import "github.com/usage-operator/usage-operator/internal/model"

// SetMaxSeries bounds the series of a report in a test: a comparison with the
// oracle wants no bound, since which rows have to wait is not said.
func (e *Engine) SetMaxSeries(n int) { e.maxSeries = n }

// Collide gives all subjects the same hash until the returned function is called.
func Collide() (restore func()) {
	before := hashOf
	hashOf = func(*model.Subject) uint64 { return 7 }
	return func() { hashOf = before }
}

// BoundAccounts bounds the memory of all accounts.
func (e *Engine) BoundAccounts(bytes int) { e.accounts.most = bytes }

// AccountMemory is what all accounts take, in bytes.
func (e *Engine) AccountMemory() int { return e.accounts.all.taken }

// ExpectedRow is what a row with windows is expected to take.
const ExpectedRow = expectedSize + rowSize
