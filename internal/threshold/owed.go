package threshold

import (
	"slices"
	"time"
)

// owe adds the notices of transitions to those that are owed.
func (s *State) owe(transitions []Transition) {
	if len(transitions) == 0 {
		return
	}
	owed := make([]Notice, 0, len(s.Owed)+len(transitions))
	owed = append(owed, s.Owed...)
	for i := range transitions {
		owed = append(owed, transitions[i].Notice)
	}
	s.Owed = owed
}

// WithNotes returns the state with the notes of transitions that a step, or a
// close, has just returned with it. A note is cut to MaxNote bytes.
func (s State) WithNotes(transitions []Transition) State {
	if len(transitions) == 0 {
		return s
	}
	s.Owed = slices.Clone(s.Owed)
	fresh := s.Owed[max(len(s.Owed)-len(transitions), 0):]
	for i := range fresh {
		if fresh[i].Is(&transitions[i].Notice) {
			fresh[i].Note = cut(transitions[i].Note)
		}
	}
	return s
}

// cut shortens a text to MaxNote bytes, at a border of its characters.
func cut(text string) string {
	if len(text) <= MaxNote {
		return text
	}
	end := MaxNote
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return text[:end]
}

// Delivered returns the state without owing these notices: their Events are
// stored.
func (s State) Delivered(notices []Notice) State {
	done := make(map[Notice]bool, len(notices))
	for i := range notices {
		done[notices[i].identity()] = true
	}
	s.Owed = slices.DeleteFunc(slices.Clone(s.Owed), func(n Notice) bool { return done[n.identity()] })
	return s
}

// identity leaves out of a notice what does not identify it.
func (n Notice) identity() Notice {
	n.Note, n.OwedTime, n.Time = "", time.Time{}, wallOf(n.Time)
	return n
}

// Expire returns the state without those notices that are owed for longer than
// OwedFor, nor the oldest of those that are more than MaxOwed, and returns these.
// Nobody will be told of them.
func (s State) Expire(now time.Time) (State, []Notice) {
	var dropped, kept []Notice
	surplus := len(s.Owed) - MaxOwed
	for i, n := range s.Owed {
		if i < surplus || now.Sub(n.OwedTime) > OwedFor {
			dropped = append(dropped, n)
		} else {
			kept = append(kept, n)
		}
	}
	if len(dropped) > 0 {
		s.Owed = kept
	}
	return s, dropped
}

// Shed returns the state with the newest of its notices, so many at most, and the
// others. Nobody will be told of these.
func (s State) Shed(most int) (State, []Notice) {
	surplus := max(len(s.Owed)-most, 0)
	shed := s.Owed[:surplus]
	s.Owed = slices.Clone(s.Owed[surplus:])
	return s, shed
}
