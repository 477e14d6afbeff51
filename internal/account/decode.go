package account

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// What an encoding may hold.
const (
	// maxTime is in the year 4199, in Unix milliseconds.
	maxTime = 1 << 46
	maxText = 64 << 10
	// maxHigh bounds the high words of sums, so that none of them overflows.
	maxHigh = 1 << 56
	maxTop  = 1 << 10
	anyLow  = 1<<64 - 1
)

var errMalformed = errors.New("malformed accounts")

// Decode reads a ledger from the start of data and returns the rest. It takes
// whatever bytes: those that are no ledger are an error, and the memory that it
// takes is bounded by their number.
func Decode(data []byte) (l *Ledger, rest []byte, err error) {
	r := reader{rest: data}
	l = &Ledger{}
	if l.terms, err = r.terms(); err != nil {
		return nil, nil, err
	}
	l.through = r.number(maxTime)
	l.running = r.running()
	for range r.number(MaxKeep) {
		l.closed = append(l.closed, r.period())
		if r.failed {
			break
		}
	}
	if r.failed || !l.isInOrder() {
		return nil, nil, errMalformed
	}
	return l, r.rest, nil
}

// isInOrder tells whether no period begins before the one before it ends.
func (l *Ledger) isInOrder() bool {
	var end int64
	for i := range l.closed {
		if l.closed[i].Start.UnixMilli() < end {
			return false
		}
		end = l.closed[i].End.UnixMilli()
	}
	return !l.isOpen() || l.running.start >= end
}

// reader reads an encoding. Once it has failed, it reads zeros.
type reader struct {
	rest   []byte
	failed bool
}

// number reads one that is at most limit.
func (r *reader) number(limit uint64) int64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > limit {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return int64(n)
}

func (r *reader) flag() bool { return r.number(1) == 1 }

func (r *reader) text() string {
	size := r.number(uint64(min(maxText, len(r.rest))))
	if size > int64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return ""
	}
	text := string(r.rest[:size])
	r.rest = r.rest[size:]
	return text
}

func (r *reader) terms() (t Terms, err error) {
	every, zone := calendar.Every(r.number(uint64(calendar.Month))), r.text()
	t = Terms{Keep: int(r.number(MaxKeep)), Top: int(r.number(maxTop)), By: model.Resource(r.number(uint64(model.ResourceCount - 1)))}
	t.Prices = r.prices()
	if r.failed {
		return t, errMalformed
	}
	if t.Calendar, err = calendar.New(every, zone); err != nil {
		return t, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return t, nil
}

func (r *reader) prices() *Prices {
	if !r.flag() {
		return nil
	}
	p := Prices{Currency: r.text()}
	for i := range p.PerHour {
		p.PerHour[i] = Price(r.number(1e18 - 1))
	}
	p.Basis = Basis(r.number(uint64(Larger)))
	return &p
}

func (r *reader) running() (x running) {
	x.start, x.end = r.bounds()
	x.observed = r.span()
	x.total = r.measures()
	x.hasRest = r.flag()
	x.rest = r.measures()
	x.first = map[uint64]int32{}
	for range r.number(MaxAccounts) {
		e := entry{Account: r.account(), counted: r.span()}
		hash := hashOf(&e.Subject)
		if x.find(hash, &e.Subject) != nil { // it is there twice
			r.failed = true
		}
		if r.failed {
			return running{}
		}
		x.begin(hash, e)
	}
	return x
}

// bounds are those of a period; both are 0 where there is none.
func (r *reader) bounds() (start, end int64) {
	start, end = r.number(maxTime), r.number(maxTime)
	if start >= end && end > 0 {
		r.failed = true
	}
	return start, end
}

func (r *reader) period() (p Period) {
	p.Period = periodOf(r.bounds())
	p.Reason = Reason(r.number(uint64(SpecChanged)))
	p.Observed = time.Duration(r.number(maxTime/1000)) * time.Millisecond
	p.Total = r.measures()
	if r.flag() {
		other := r.measures()
		p.Other = &other
	}
	p.Prices = r.prices()
	for range r.number(MaxClosedAccounts) {
		p.Accounts = append(p.Accounts, r.account())
		if r.failed {
			break
		}
	}
	r.failed = r.failed || p.Reason == Running || p.Length() <= 0
	return p
}

func (r *reader) span() span { return span{length: r.number(maxTime), until: r.number(maxTime)} }

func (r *reader) account() Account { return Account{Subject: r.subject(), Measures: r.measures()} }

func (r *reader) measures() (m Measures) {
	for _, sums := range []*model.Sums{&m.Usage, &m.Requests, &m.Larger} {
		for i := range sums {
			hi := r.number(maxHigh)
			sums[i] = model.SumOfWords(hi, uint64(r.number(anyLow)))
		}
	}
	return m
}

func (r *reader) subject() (s model.Subject) {
	for _, text := range textsOf(&s) {
		*text = r.text()
	}
	s.Workload.ClusterScoped = r.flag()
	for i := range s.Labels {
		s.Labels[i] = model.LabelValue{Present: r.flag(), Value: r.text()}
	}
	return s
}
