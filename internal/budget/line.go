package budget

import (
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
}

// line holds those who wait, in the order in which they may go: the urgent ones
// in front. There is one ticket a report at most.
type line []*ticket

// enter returns the ticket of a write: the one that its report has, or a new one
// at the end. A write that has become urgent, or is not any more, changes its
// place, but has waited all the time.
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
	t = &ticket{Write: w, since: since, due: now}
	at := len(*l)
	if w.Urgent {
		at = l.urgent()
	}
	*l = slices.Insert(*l, at, t)
	return t
}

// urgent returns the number of urgent writes.
func (l *line) urgent() int {
	for i, t := range *l {
		if !t.Urgent {
			return i
		}
	}
	return len(*l)
}

// ahead returns the bytes of those who stand before a ticket.
func (l *line) ahead(of *ticket) (bytes int) {
	for _, t := range *l {
		if t == of {
			break
		}
		bytes += t.Bytes
	}
	return bytes
}

func (l *line) find(id usage.ID) *ticket {
	for _, t := range *l {
		if t.ID == id {
			return t
		}
	}
	return nil
}

func (l *line) leave(id usage.ID) {
	*l = slices.DeleteFunc(*l, func(t *ticket) bool { return t.ID == id })
}

// forget drops those who have not asked again in time.
func (l *line) forget(now time.Time) {
	*l = slices.DeleteFunc(*l, func(t *ticket) bool { return now.Sub(t.due) > patience })
}
