package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
)

// account adds what a tick stands for to a row's accounts. Nodes request nothing.
func (r *nodeReport) account(w *nodeRow, length time.Duration) {
	if r.books.ledger != nil {
		r.books.add(&w.subject, length, account.Measures{Usage: w.usage, Larger: w.usage})
	}
}

// closeStep writes down what a tick added to the accounts. The total is one of its
// own: rows beyond those that are followed are in it alone.
func (r *nodeReport) closeStep(s *step, total *nodeSums, observed time.Duration) {
	if r.books.ledger != nil {
		r.books.record(s, observed, &account.Measures{Usage: total.usage, Larger: total.usage})
	}
}
