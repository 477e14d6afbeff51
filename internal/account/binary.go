package account

import (
	"encoding/binary"
	"time"

	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// The encoding of a ledger is its terms, through, the running period and the
// closed ones, in varints. It does not carry a version: what it is stored in does.

// AppendBinary appends the encoding of the ledger to dst. It never fails.
func (l *Ledger) AppendBinary(dst []byte) ([]byte, error) {
	w := writer(dst)
	w.terms(&l.terms)
	w.number(l.through)
	w.running(&l.running)
	w.number(int64(len(l.closed)))
	for i := range l.closed {
		w.period(&l.closed[i])
	}
	return w, nil
}

// writer appends to an encoding.
type writer []byte

func (w *writer) number(n int64) { *w = binary.AppendUvarint(*w, uint64(n)) }

func (w *writer) flag(set bool) {
	if set {
		w.number(1)
	} else {
		w.number(0)
	}
}

func (w *writer) text(s string) {
	w.number(int64(len(s)))
	*w = append(*w, s...)
}

func (w *writer) terms(t *Terms) {
	w.number(int64(t.Calendar.Every()))
	w.text(t.Calendar.Zone())
	w.number(int64(t.Keep))
	w.number(int64(t.Top))
	w.number(int64(t.By))
	w.prices(t.Prices)
}

func (w *writer) prices(p *Prices) {
	w.flag(p != nil)
	if p == nil {
		return
	}
	w.text(p.Currency)
	for _, price := range p.PerHour {
		w.number(int64(price))
	}
	w.number(int64(p.Basis))
}

func (w *writer) running(r *running) {
	w.number(r.start)
	w.number(r.end)
	w.span(r.observed)
	w.measures(&r.total)
	w.flag(r.hasRest)
	w.measures(&r.rest)
	w.number(int64(len(r.accounts)))
	for i := range r.accounts {
		w.account(&r.accounts[i].Account)
		w.span(r.accounts[i].counted)
	}
}

func (w *writer) period(p *Period) {
	w.number(p.Start.UnixMilli())
	w.number(p.End.UnixMilli())
	w.number(int64(p.Reason))
	w.number(p.Observed.Milliseconds())
	w.measures(&p.Total)
	w.flag(p.Other != nil)
	if p.Other != nil {
		w.measures(p.Other)
	}
	w.prices(p.Prices)
	w.number(int64(len(p.Accounts)))
	for i := range p.Accounts {
		w.account(&p.Accounts[i])
	}
}

func (w *writer) span(s span) {
	w.number(s.length)
	w.number(s.until)
}

func (w *writer) account(a *Account) {
	w.subject(&a.Subject)
	w.measures(&a.Measures)
}

func (w *writer) measures(m *Measures) {
	for _, sums := range []*model.Sums{&m.Usage, &m.Requests, &m.Larger} {
		for _, s := range sums {
			hi, lo := s.Words()
			w.number(hi)
			w.number(int64(lo))
		}
	}
}

func (w *writer) subject(s *model.Subject) {
	for _, text := range textsOf(s) {
		w.text(*text)
	}
	w.flag(s.Workload.ClusterScoped)
	for _, l := range s.Labels {
		w.flag(l.Present)
		w.text(l.Value)
	}
}

// textsOf are the texts of a subject, without its labels.
func textsOf(s *model.Subject) []*string {
	return []*string{
		&s.Namespace, &s.Workload.Group, &s.Workload.Kind, &s.Workload.Name, &s.Pod, &s.Container, &s.Node,
	}
}

// periodOf returns a period of Unix milliseconds.
func periodOf(start, end int64) calendar.Period {
	return calendar.Period{Start: time.UnixMilli(start).UTC(), End: time.UnixMilli(end).UTC()}
}
