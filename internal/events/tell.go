package events

import (
	"errors"

	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// errExpired is why an Event is given up that is owed for too long.
var errExpired = errors.New("the Event was owed for too long")

// Expire takes note of notices that nobody will be told of, since they are owed for
// too long.
func (w *Writer) Expire(about About, owed []threshold.Notice) {
	for i := range owed {
		w.drop(&about, &owed[i], expired, errExpired)
	}
}

// Shed takes note of notices that nobody will be told of, since their namespace owes
// too many. They are logged together: each for itself would be one more flood.
func (w *Writer) Shed(about About, owed []threshold.Notice) {
	w.metrics.failures.Of(surplus).Add(float64(len(owed)))
	w.log.Info("A threshold's namespace owes more Events than can be kept: the threshold's oldest are given up",
		"threshold", about.String(), "events", len(owed))
}

// wrote counts and logs a notice whose Event is stored.
func (w *Writer) wrote(about *About, n *threshold.Notice) {
	w.metrics.written.Inc()
	w.log.Info("A threshold made a transition", facts(about, n)...)
}

// drop counts and logs a notice that gets no Event.
func (w *Writer) drop(about *About, n *threshold.Notice, reason string, err error) {
	w.metrics.failed(reason)
	w.log.Error(err, "A threshold made a transition that no Event tells of", append(facts(about, n), "failure", reason)...)
}

// facts are what the log says of a notice.
func facts(about *About, n *threshold.Notice) []any {
	subject := "all subjects"
	if !n.Overall {
		subject = alert.SubjectName(&n.Subject, about.LabelKeys)
	}
	return []any{
		"threshold", about.String(), "subject", subject, "severity", severities[n.Severity], "reason", reasons[n.Reason],
		"time", n.Time, "note", n.Note,
	}
}
