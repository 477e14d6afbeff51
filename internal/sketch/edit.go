package sketch

import (
	"cmp"
	"slices"
	"time"
)

// What happens rarely unpacks all slots, works on them and packs them again.

// slots returns copies of all slots that have anything, oldest first.
func (w *Window) slots() []slot {
	var all []slot
	for rest := w.closed; len(rest) > 0; {
		var s slot
		s, rest = mustUnpack(rest, nil)
		all = append(all, s)
	}
	if !w.open.isEmpty() {
		newest := w.open
		newest.cells = slices.Clone(newest.cells)
		all = append(all, newest)
	}
	return all
}

// setSlots takes over slots, oldest first, and lets those go that have left.
func (w *Window) setSlots(all []slot) {
	w.weight, w.closed, w.open = 0, nil, slot{}
	if len(all) == 0 {
		return
	}
	newest := len(all) - 1
	horizon := all[newest].last - w.length
	var packed []byte
	for i := range all {
		if all[i].end <= horizon {
			continue
		}
		w.weight += all[i].weight
		if i < newest {
			packed = all[i].pack(packed)
		}
	}
	w.closed, w.open = slices.Clone(packed), all[newest]
	w.open.cells = slices.Clone(w.open.cells)
	// The next samples fall into it for as long as into any slot of this window.
	w.open.end = w.slotEnd(w.open.last)
}

// addLate takes a sample that is older than the open slot.
func (w *Window) addLate(at int64, value wide, weight uint64) bool {
	if at <= w.open.last-w.length {
		return false
	}
	all := w.slots()
	i := slices.IndexFunc(all, func(s slot) bool { return at <= s.end })
	if !all[i].holds(at) {
		all = slices.Insert(all, i, w.slotBetween(all, i, at))
	}
	all[i].add(at, value, weight)
	w.setSlots(all)
	return true
}

// slotBetween returns a slot for a time in the gap before the slot i.
func (w *Window) slotBetween(all []slot, i int, at int64) slot {
	s := slot{start: w.slotStart(at), end: min(w.slotEnd(at), all[i].start)}
	if i > 0 {
		s.start = max(s.start, all[i-1].end)
	}
	return s
}

// Resize changes the length of the window. What is still covered stays: a longer
// window merges slots into its longer ones; a shorter one keeps the longer slots
// until they leave, with all that they observed.
func (w *Window) Resize(length time.Duration) {
	before := w.length
	w.setLength(length)
	if w.length != before {
		w.setSlots(w.align(w.slots()))
	}
}

// Merge takes all samples of other, as if each had been added here too. This
// joins observations over time: the parts of one series, or several series into
// the distribution of all their samples. It does not sum series: the maximum of
// two merged rows is the larger one's, not that of their sum.
//
// It returns false, and takes nothing, where the weights are beyond the bounds.
func (w *Window) Merge(other *Window) bool {
	if other.weight > maxWeight-w.weight {
		return false
	}
	all := append(w.slots(), other.slots()...)
	slices.SortStableFunc(all, func(a, b slot) int { return cmp.Compare(a.start, b.start) })
	w.setSlots(w.align(all))
	return true
}

// align merges slots, sorted by their starts, where they overlap or where one
// slot of this window holds them.
func (w *Window) align(all []slot) []slot {
	if len(all) == 0 {
		return nil
	}
	aligned := all[:1]
	for i := 1; i < len(all); i++ {
		last := &aligned[len(aligned)-1]
		if all[i].start < last.end || w.slotEnd(last.start+1) >= all[i].end {
			last.merge(&all[i])
		} else {
			aligned = append(aligned, all[i])
		}
	}
	return aligned
}
