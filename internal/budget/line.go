package budget

import (
	"math"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// patience is for how long a place is kept for a report that should have asked
// again and has not.
const patience = 2 * time.Minute

// ticket is a place in the line.
type ticket struct {
	Write
	// since is when the report first asked, due when it should ask again.
	since, due time.Time
	// begin and end are between which bytes of its namespace the write lies, counted
	// as those of all namespaces are that wait.
	begin, end int
}

// line holds those who wait, one ticket a report at most, and what namespaces have
// had. It counts the bytes of each namespace. Who has nothing to write saves nothing
// up: he begins where the one is that has had least of those who wait.
type line struct {
	// tickets are in the order in which they came.
	tickets []*ticket
	// had is up to where each namespace has written, of those that are ahead of start.
	had map[string]int
	// start is where the first of those is that wait, and others where the first is of
	// another namespace than that.
	start, others int
	// first is the namespace of the one at start.
	first string
	// lead is by how much a namespace may be ahead of others that wait, and its urgent
	// writes still go first. None is held to be ahead by more than twice as much.
	lead int
}

// enter returns the ticket of a write: the one that its report has, or a new one. A
// write that has become urgent, or is not any more, changes its place, but has waited
// all the time.
func (l *line) enter(now time.Time, w Write) *ticket {
	t := l.find(w.ID)
	if t != nil && t.Urgent == w.Urgent {
		t.Write = w
		return t
	}
	since := now
	if t != nil {
		since = t.since
		l.leave(w.ID)
	}
	t = &ticket{Write: w, since: since, due: now, begin: l.next(w)}
	t.end = t.begin + w.Bytes
	l.tickets = append(l.tickets, t)
	l.advance()
	return t
}

// next is where the next write of a namespace begins: behind those that wait. One that
// is urgent does not wait for those that are not.
func (l *line) next(w Write) int {
	at := max(l.start, l.had[w.ID.Namespace])
	for _, t := range l.tickets {
		if t.ID.Namespace == w.ID.Namespace && (t.Urgent || !w.Urgent) {
			at = max(at, t.end)
		}
	}
	return at
}

// advance finds who has had least of those who wait.
func (l *line) advance() {
	if len(l.tickets) == 0 {
		return
	}
	first := l.tickets[0]
	for _, t := range l.tickets {
		if t.begin < first.begin {
			first = t
		}
	}
	l.start, l.first, l.others = max(l.start, first.begin), first.ID.Namespace, math.MaxInt
	for _, t := range l.tickets {
		if t.ID.Namespace != l.first {
			l.others = min(l.others, t.begin)
		}
	}
}

// serve counts what a namespace has written. While nobody waits, nobody is ahead.
func (l *line) serve(w Write) {
	if len(l.tickets) == 0 {
		l.had = nil
		return
	}
	if l.had == nil {
		l.had = map[string]int{}
	}
	had := max(l.start, l.had[w.ID.Namespace]) + w.Bytes
	l.had[w.ID.Namespace] = min(had, l.start+2*l.lead)
	for namespace, had := range l.had {
		if had <= l.start {
			delete(l.had, namespace)
		}
	}
}

// ahead returns the bytes of those who stand before a ticket.
func (l *line) ahead(of *ticket) (bytes int) {
	came := true // before it
	for _, t := range l.tickets {
		if t == of {
			came = false
			continue
		}
		if l.isBefore(t, of, came) {
			bytes += t.Bytes
		}
	}
	return bytes
}

// isBefore tells whether a may go before b. Among equals it is who came first.
func (l *line) isBefore(a, b *ticket, came bool) bool {
	if first := l.goesFirst(a); first != l.goesFirst(b) {
		return first
	}
	if a.begin != b.begin {
		return a.begin < b.begin
	}
	return came
}

// goesFirst tells whether a ticket is urgent, and its namespace has not had so much
// that others who wait would pay for it.
func (l *line) goesFirst(t *ticket) bool {
	others := l.start
	if t.ID.Namespace == l.first {
		others = l.others
	}
	return t.Urgent && t.begin-l.lead <= others
}

func (l *line) find(id usage.ID) *ticket {
	for _, t := range l.tickets {
		if t.ID == id {
			return t
		}
	}
	return nil
}

func (l *line) leave(id usage.ID) {
	l.tickets = slices.DeleteFunc(l.tickets, func(t *ticket) bool { return t.ID == id })
	l.advance()
}

// forget drops those who have not asked again in time.
func (l *line) forget(now time.Time) {
	l.tickets = slices.DeleteFunc(l.tickets, func(t *ticket) bool { return now.Sub(t.due) > patience })
	l.advance()
}
