package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/model"
)

// books are the accounts of a report, and what a tick adds to them.
type books struct {
	// ledger is nil where the report wants no accounts.
	ledger *account.Ledger
	rows   []account.Row
	// larger is, beside the report's rows, the larger of usage and requests of each
	// container, summed; and total that of the report. They are nil and zero where
	// no price asks for it.
	larger []model.Sums
	total  model.Sums
}

func newBooks(terms *account.Terms) books {
	if terms == nil {
		return books{}
	}
	return books{ledger: account.New(*terms)}
}

// renew goes on by other terms.
func (b *books) renew(terms *account.Terms) {
	switch {
	case terms == nil || b.ledger == nil:
		*b = newBooks(terms)
	default:
		b.ledger.Renew(*terms)
	}
}

// inherit takes over the accounts of the report before, which counted something
// else.
func (b *books) inherit(from *books) {
	if b.ledger == nil || from == nil || from.ledger == nil {
		return
	}
	terms := b.ledger.Terms()
	from.ledger.Restart()
	from.ledger.Renew(terms)
	b.ledger = from.ledger
}

// periods returns the periods of a view.
func (b *books) periods() []account.Period {
	if b.ledger == nil {
		return nil
	}
	return b.ledger.Periods()
}

// add notes what a row was for a time. Without pods it was nothing.
func (b *books) add(subject *model.Subject, length time.Duration, m account.Measures) {
	if length > 0 && m != (account.Measures{}) {
		b.rows = append(b.rows, account.Row{Subject: subject, Length: length, Measures: m})
	}
}

// record writes down what was noted, and tells whether a period closed. The total
// is nil where the rows add up to it. Where there is no room, accounts of the oldest
// periods make it for those of the one that closed.
func (b *books) record(s *step, observed time.Duration, total *account.Measures) (closed bool) {
	full := s.accounts.isFull()
	closed = b.ledger.Record(&account.Step{To: s.now, Observed: observed, Total: total, Rows: b.rows, Full: full})
	if closed && full {
		b.ledger.MakeRoom()
	}
	clear(b.rows)
	b.rows = b.rows[:0]
	return closed
}

// size is what the accounts take.
func (b *books) size() int {
	if b.ledger == nil {
		return 0
	}
	return b.ledger.Size()
}

// account adds what a tick stands for to a row's accounts. Rows without a series
// have a pace of their own: they are in no statistic, but in the total.
func (r *report) account(w *row, seen *observation, length time.Duration, s *step) {
	if r.books.ledger == nil {
		return
	}
	if w.series == nil {
		length = w.alone(s).next(s, int(w.declared.pods), seen)
	}
	m := account.Measures{Usage: seen.usage, Requests: w.declared.requests.sum}
	if r.books.larger != nil {
		m.Larger = r.books.larger[w.place]
	}
	r.books.add(&w.subject, length, m)
}

// alone returns the pace of a row without a series.
func (w *row) alone(s *step) *pace {
	if w.pace == nil {
		w.pace = newPace(s)
	}
	return w.pace
}

// closeStep writes down what a tick added to the accounts. A close is shown also
// where nothing else is new.
func (r *report) closeStep(s *step, sum *observation, length time.Duration) {
	if r.books.ledger == nil {
		return
	}
	var total *account.Measures
	if !r.addsUp() {
		total = &account.Measures{Usage: sum.usage, Requests: r.total.declared.requests.sum, Larger: r.books.total}
	}
	if r.books.record(s, length, total) {
		r.changed = true
	}
}

// weigh finds the larger of usage and requests of each container, where prices
// ask for it. It looks at all pods of the report.
func (r *report) weigh() {
	r.books.larger, r.books.total = r.books.larger[:0], model.Sums{}
	if !r.need.Accounts.WantsLarger() {
		r.books.larger = nil
		return
	}
	r.books.larger = append(r.books.larger, make([]model.Sums, len(r.rows))...)
	for _, p := range r.members {
		for i := range p.memberships {
			switch m := &p.memberships[i]; {
			case m.row.owner != r:
			case m.row == &r.total:
				p.addLarger(m.of(), &r.books.total)
			default:
				p.addLarger(m.of(), &r.books.larger[m.row.place])
			}
		}
	}
}

// addLarger adds the larger of usage and requests of each container of a share. Of
// a container that was not seen these are its requests. Where the pod requests as
// a whole, the whole is compared.
func (p *pod) addLarger(s share, sum *model.Sums) {
	whole := level(p.Pod).Requests
	var used model.Sums
	for k := range s.count(p.Pod) {
		i := s.index(k)
		own := &p.Containers[i].Requests
		for r := range sum {
			var use int64
			if p.sample.usage != nil && p.sample.sees(i) {
				use = p.sample.usage[i][r]
			}
			if whole.Set[r] && !s.single {
				used[r] = used[r].Plus(use)
				continue
			}
			sum[r] = sum[r].Plus(max(use, own.Amounts[r]))
		}
	}
	if s.single {
		return
	}
	for r := range sum {
		if whole.Set[r] {
			larger := model.Sum{}.Plus(whole.Amounts[r])
			if used[r].Compare(larger) > 0 {
				larger = used[r]
			}
			sum[r] = sum[r].Add(larger)
		}
	}
}
