package usage

import "slices"

// subjects are the rows of a threshold in the order of their subjects. They change
// seldom, so that they are not sorted on each tick.
type subjects struct {
	order []*row
	// added and gone are the rows that order does not show yet.
	added []*row
	gone  bool
}

// settle brings order up to date with the rows that were added and removed, and
// tells whether it changed.
func (s *subjects) settle() (changed bool) {
	changed = s.gone || len(s.added) > 0
	if s.gone {
		s.order = slices.DeleteFunc(s.order, isRemoved)
		s.added = slices.DeleteFunc(s.added, isRemoved)
		s.gone = false
	}
	if len(s.added) > 0 {
		slices.SortFunc(s.added, compareRows)
		s.order = merge(s.order, s.added, compareRows)
		s.added = nil
	}
	return changed
}

// removed is the place of a row that has left its report.
const removed = -1

func isRemoved(w *row) bool { return w.place == removed }

func compareRows(a, b *row) int { return a.subject.Compare(&b.subject) }
