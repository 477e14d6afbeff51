package account

import (
	"time"
)

// Renew goes on by other terms. The running period closes where they change what
// it means: by another calendar, or because the larger of usage and requests is to
// be charged and was not counted so far.
func (l *Ledger) Renew(terms Terms) {
	l.terms.Keep = terms.Keep
	if !terms.Calendar.Equal(l.terms.Calendar) || terms.WantsLarger() && !l.terms.WantsLarger() {
		l.Restart()
	}
	l.terms = terms
	l.drop()
}

// Restart closes the running period at its last step, because what is counted
// becomes another. A period of which nothing was observed does not close: it has
// not begun.
func (l *Ledger) Restart() {
	if r := &l.running; l.isOpen() && r.start < l.through && (r.observed.length > 0 || r.total != Measures{}) {
		l.close(SpecChanged, min(l.through, r.end))
	}
	l.running = running{}
}

// Terms are those by which the ledger is kept.
func (l *Ledger) Terms() Terms { return l.terms }

// Periods returns the running period, where there is one, and then the closed
// ones that are kept, newest first.
func (l *Ledger) Periods() (all []Period) {
	if l.isOpen() {
		all = append(all, l.running.period(&l.terms, Running, l.running.end))
	}
	for i := len(l.closed); i > 0; i-- {
		all = append(all, l.closed[i-1])
	}
	return all
}

func (l *Ledger) close(reason Reason, end int64) {
	l.closed = append(l.closed, l.running.period(&l.terms, reason, end))
	l.running = running{}
	l.drop()
}

// drop drops the oldest closed periods beyond those that are kept.
func (l *Ledger) drop() {
	keep := min(max(l.terms.Keep, 1), MaxKeep)
	if more := len(l.closed) - keep; more > 0 {
		l.closed = append([]Period(nil), l.closed[more:]...)
	}
}

// ClosedAccounts returns how many accounts the closed periods have.
func (l *Ledger) ClosedAccounts() (n int) {
	for i := range l.closed {
		n += len(l.closed[i].Accounts)
	}
	return n
}

// MakeRoom folds as many accounts of earlier periods as the last one that closed has.
func (l *Ledger) MakeRoom() {
	last := len(l.closed[len(l.closed)-1].Accounts)
	l.Fold(min(last, l.ClosedAccounts()-last))
}

// Fold takes so many accounts out of closed periods: of the oldest first, and of each
// the smallest first. They are summed then; no total changes.
func (l *Ledger) Fold(n int) {
	for i := range l.closed {
		fold := min(n, len(l.closed[i].Accounts))
		l.closed[i] = l.closed[i].Cut(len(l.closed[i].Accounts) - fold)
		n -= fold
	}
}

// period shows the running period.
func (r *running) period(t *Terms, reason Reason, end int64) Period {
	p := Period{
		Period:   periodOf(r.start, end),
		Reason:   reason,
		Observed: time.Duration(r.observed.length) * time.Millisecond,
		Total:    r.total,
		Prices:   t.Prices,
	}
	if r.hasRest {
		rest := r.rest
		p.Other = &rest
	}
	accounts := make([]Account, len(r.accounts))
	for i := range r.accounts {
		accounts[i] = r.accounts[i].Account
	}
	t.rank(accounts)
	p.Accounts = accounts
	p = p.Cut(min(t.Top, MaxClosedAccounts))
	p.Accounts = append([]Account(nil), p.Accounts...) // not the whole array
	return p
}
