package alerter

import (
	"fmt"

	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// section is the part of a snapshot that holds the alerts.
const section = "alerts"

// Snapshot returns what an owner of a checkpoint remembers: a report what the
// engine does, a threshold its alerts as well. Those are always known, also while
// the engine does not serve the threshold, or with another plan.
func (a *Alerter) Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool) {
	s, ok := a.engine.Snapshot(id, plan)
	a.mu.Lock()
	defer a.mu.Unlock()
	e, known := a.entries[id]
	if !known {
		return s, ok
	}
	switch {
	case ok:
	case e.state.Time.IsZero(): // it waits for what it remembers: nothing must take the place of that
		return nil, false
	default:
		s = &usage.Snapshot{Time: a.clock.Now().Round(0)}
	}
	data, err := e.state.AppendBinary(nil)
	if err != nil { // which never is: it has the error of an interface
		return nil, false
	}
	if s.Sections == nil {
		s.Sections = map[string][]byte{}
	}
	s.Sections[section], s.Revision = data, e.mark()
	return s, true
}

// mark is another one wherever what is worth storing is. The time that was observed
// of what is not OK is worth a regular checkpoint.
func (e *entry) mark() uint64 {
	mark := (e.revision + e.told) << 32
	if len(e.state.Alerts) > 0 {
		mark |= uint64(uint32(e.state.Time.Unix()))
	}
	return mark
}

// decode returns the state in a snapshot; a new one where there is none.
func decode(s *usage.Snapshot) (threshold.State, error) {
	data, stored := s.Sections[section]
	if !stored {
		return threshold.State{}, nil
	}
	state, rest, err := threshold.Decode(data)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes follow the alerts", len(rest))
	}
	return state, err
}
