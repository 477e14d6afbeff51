package account

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// Ledger holds the running period and the closed ones that are kept.
type Ledger struct {
	terms   Terms
	running running
	// closed are the closed periods, oldest first.
	closed []Period
	// through is the latest end of a step, in Unix milliseconds.
	through int64
}

// running is the period that steps count in. Times are in Unix milliseconds.
type running struct {
	// start and end bound it; both are 0 before its first step.
	start, end int64
	observed   span
	total      Measures
	accounts   []entry
	// first finds accounts by the hashes of their subjects, which are large: it has the
	// first place of each, counted from 1, and each account the next.
	first map[uint64]int32
	// rest is what is in no account, because these are too many.
	rest    Measures
	hasRest bool
}

type entry struct {
	Account
	// counted is the time that counts, up to its end.
	counted span
	// next is the place of another account of the same hash, counted from 1; 0 for none.
	next int32
}

// span is how much time counts, and up to when.
type span struct{ length, until int64 }

// Step is what lasted for a time that ended at To.
type Step struct {
	To time.Time
	// Observed is for how long the whole was observed, until To.
	Observed time.Duration
	// Total is that of the whole for as long, where Rows do not add up to it.
	Total *Measures
	Rows  []Row
	// Full tells that no further subject can have an account.
	Full bool
}

// Row is what a subject used and requested for a time.
type Row struct {
	Subject  *model.Subject
	Length   time.Duration
	Measures Measures
}

// New returns a ledger without periods.
func New(terms Terms) *Ledger { return &Ledger{terms: terms} }

// Record adds a step, and tells whether a period closed with it.
func (l *Ledger) Record(s *Step) (closed bool) {
	to := s.To.UnixMilli()
	if !l.isOpen() {
		l.open(s.To)
	}
	for to >= l.running.end {
		l.add(s)
		l.close(PeriodEnded, l.running.end)
		l.open(s.To)
		closed = true
	}
	l.add(s)
	l.through = max(l.through, to)
	return closed
}

func (l *Ledger) isOpen() bool { return l.running.end > 0 }

// open begins the period that follows on the last closed one, or that holds now.
// Of periods that have ended meanwhile it leaves out those that would not be kept.
func (l *Ledger) open(now time.Time) {
	p := l.terms.Calendar.Holding(now)
	if n := len(l.closed); n > 0 {
		p = l.following(l.closed[n-1].End, p)
	}
	l.running = running{start: p.Start.UnixMilli(), end: p.End.UnixMilli(), first: map[uint64]int32{}}
}

// following returns the first period after an end that is still to be opened,
// when latest is the last.
func (l *Ledger) following(end time.Time, latest calendar.Period) calendar.Period {
	p := latest
	for range l.terms.Keep {
		if !p.Start.After(end) {
			break
		}
		p = l.terms.Calendar.Before(p)
	}
	if !p.Start.After(end) {
		p = calendar.Period{Start: end, End: l.terms.Calendar.Holding(end).End}
	}
	return p
}

// add counts as much of a step as lies in the running period and has not been
// counted.
func (l *Ledger) add(s *Step) {
	r, to := &l.running, s.To.UnixMilli()
	observed := r.observed.extend(r, to, s.Observed)
	if s.Total != nil {
		sum := s.Total.over(observed)
		r.total.Add(&sum)
	}
	for i := range s.Rows {
		sum := l.addRow(&s.Rows[i], to, s.Full)
		if s.Total == nil {
			r.total.Add(&sum)
		}
	}
}

// addRow counts a row and returns what it added.
func (l *Ledger) addRow(row *Row, to int64, full bool) (sum Measures) {
	r := &l.running
	e := r.entry(row.Subject, full)
	if e != nil {
		sum = row.Measures.over(e.counted.extend(r, to, row.Length))
		e.Add(&sum)
		return sum
	}
	if to <= l.through { // the clock was set back, and who counted what is not known
		return sum
	}
	var alone span
	sum = row.Measures.over(alone.extend(r, to, row.Length))
	r.rest.Add(&sum)
	r.hasRest = true
	return sum
}

// extend lets a time count that ended at an instant, as far as it is in the
// period and did not count before. It returns how much of it that is.
func (s *span) extend(r *running, to int64, length time.Duration) int64 {
	from := max(to-length.Milliseconds(), r.start, s.until)
	to = min(to, r.end)
	s.until = max(s.until, to)
	if from >= to {
		return 0
	}
	s.length += to - from
	return to - from
}
