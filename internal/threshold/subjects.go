package threshold

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// followAll moves the alerts that there are.
func (s *step) followAll(next *State, alerts []*Alert, readings []usage.Reading, places []int32) {
	next.Alerts, next.places = make([]*Alert, 0, len(alerts)), make([]int32, 0, len(alerts))
	closed := 0
	for i, a := range alerts {
		var r *usage.Reading
		if places[i] >= 0 {
			r = &readings[places[i]]
		}
		after := s.follow(a, r)
		s.moved = s.moved || after.differsFrom(a)
		if r != nil {
			s.count(next, after, r)
		}
		if after.isOver() {
			closed++
			if after == nil || closed > MaxSubjects {
				continue
			}
		}
		next.Alerts, next.places = append(next.Alerts, after), append(next.places, places[i])
	}
}

// count adds a subject. Where nothing of it is remembered, there is still what its
// reading tells.
func (s *step) count(next *State, a *Alert, r *usage.Reading) {
	if a != nil {
		next.Counts.add(a.Phase)
		next.Severity = max(next.Severity, a.Severity())
		return
	}
	phase := PhaseOK
	if s.isOpen(r) {
		phase = PhaseUnknown
		s.open.add(r)
	}
	next.Counts.add(phase)
}

// admit follows subjects from now on that are not OK any more, as far as there is
// room. Those without an alert are looked at one by one, most of them in vain.
func (s *step) admit(next *State, readings []usage.Reading, claimed []bool) {
	var fresh []int32
	for i := range readings {
		if claimed != nil && claimed[i] {
			continue
		}
		if r := &readings[i]; s.isOfInterest(r) {
			fresh = append(fresh, int32(i))
		} else {
			s.count(next, nil, r)
		}
	}
	if len(fresh) > 0 {
		s.welcome(next, readings, fresh)
	}
}

// isOfInterest tells whether a reading moves a subject that was OK.
func (s *step) isOfInterest(r *usage.Reading) bool {
	if s.rule.ignores(r) {
		return false
	}
	for i := range s.levels {
		if s.crosses(&s.levels[i], r) {
			return true
		}
	}
	return false
}

// isOpen tells whether a subject of which nothing is remembered is Unknown.
func (s *step) isOpen(r *usage.Reading) bool {
	if r.Data == usage.Complete || s.rule.ignores(r) {
		return false
	}
	for i := range s.levels {
		if s.leavesOpen(&s.levels[i], r) {
			return true
		}
	}
	return false
}

// crosses tells whether a reading is an observation that crosses a level.
func (s *step) crosses(rule *LevelRule, r *usage.Reading) bool {
	if r.Data == usage.MissingData {
		return s.rule.FireOnNoData
	}
	lower, _ := s.rule.bounds(r)
	return lower > rule.Threshold && (r.Data == usage.Complete || !r.SampleTime.IsZero())
}

// leavesOpen tells whether a level may be crossed, for all that a reading tells.
func (s *step) leavesOpen(rule *LevelRule, r *usage.Reading) bool {
	lower, upper := s.rule.bounds(r)
	missing := r.Data == usage.MissingData
	if missing && s.rule.FireOnNoData || upper <= rule.Threshold {
		return false
	}
	return missing || lower <= rule.Threshold
}

// welcome gives alerts to subjects, in their order.
func (s *step) welcome(next *State, readings []usage.Reading, fresh []int32) {
	slices.SortFunc(fresh, func(a, b int32) int { return readings[a].Subject.Compare(&readings[b].Subject) })
	room := MaxSubjects
	for _, a := range next.Alerts {
		if !a.isOver() {
			room--
		}
	}
	next.TooMany = max(len(fresh)-room, 0)
	next.Counts.Total += next.TooMany
	next.Counts.Unknown += next.TooMany
	fresh = fresh[:len(fresh)-next.TooMany]
	alerts := make([]*Alert, 0, len(fresh))
	for _, i := range fresh {
		a := s.follow(&Alert{}, &readings[i])
		s.count(next, a, &readings[i])
		alerts = append(alerts, a)
	}
	s.moved = true
	next.merge(alerts, fresh)
}

// merge adds alerts in the order of their subjects.
func (s *State) merge(alerts []*Alert, places []int32) {
	n := len(s.Alerts) + len(alerts)
	merged, at := make([]*Alert, 0, n), make([]int32, 0, n)
	old := 0
	for i, a := range alerts {
		for old < len(s.Alerts) && s.Alerts[old].Subject().Compare(a.Subject()) < 0 {
			merged, at = append(merged, s.Alerts[old]), append(at, s.places[old])
			old++
		}
		merged, at = append(merged, a), append(at, places[i])
	}
	s.Alerts, s.places = append(merged, s.Alerts[old:]...), append(at, s.places[old:]...)
}
