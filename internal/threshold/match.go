package threshold

import (
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// match finds the readings of the alerts: for each alert the index of its reading,
// -1 where it has none, and for each reading whether it is that of an alert; nil
// where none is.
//
// Most readings are where they were in the step before. What is not found there is
// looked for by its subject, which costs some hundred nanoseconds a reading.
func (s *State) match(readings []usage.Reading) (places []int32, claimed []bool) {
	if len(s.Alerts) == 0 {
		return nil, nil
	}
	places, claimed = make([]int32, len(s.Alerts)), make([]bool, len(readings))
	lost := 0
	for i, a := range s.Alerts {
		places[i] = -1
		if i < len(s.places) {
			places[i] = s.places[i]
		}
		if p := int(places[i]); p < 0 || p >= len(readings) || readings[p].Subject != *a.Subject() {
			places[i] = -1
			lost++
			continue
		}
		claimed[places[i]] = true
	}
	if lost > 0 {
		s.search(readings, places, claimed)
	}
	return places, claimed
}

// search looks for the readings of the alerts that have no place.
func (s *State) search(readings []usage.Reading, places []int32, claimed []bool) {
	lost := map[model.Subject]int{}
	for i, a := range s.Alerts {
		if places[i] < 0 {
			lost[*a.Subject()] = i
		}
	}
	for p := range readings {
		if claimed[p] {
			continue
		}
		if i, ok := lost[readings[p].Subject]; ok {
			places[i], claimed[p] = int32(p), true
		}
	}
}
