package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// keep makes a series keep a history of a shape, or none. What it has of another
// shape it keeps as far as that can be said in the new one.
func (n *series) keep(shape history.Shape) {
	switch {
	case n == nil:
	case shape.Points == 0:
		n.history = nil
	case n.history == nil:
		n.history = history.New(shape)
	default:
		n.history.Resize(shape)
	}
}

// record adds to the history what is added to the windows.
func (n *series) record(now time.Time, used model.Sums, length time.Duration) {
	if n.history == nil || n.history.Add(now, used, length) {
		return
	}
	n.history = history.New(n.history.Shape()) // the clock was put back by more than it reaches
	n.history.Add(now, used, length)
}

// recorded is the history as it is shown; nil where none is kept.
func (n *series) recorded() *history.View {
	if n == nil || n.history == nil {
		return nil
	}
	return n.history.View()
}
