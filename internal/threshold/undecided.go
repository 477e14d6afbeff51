package threshold

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// undecided are the first MaxUndecided readings in the order of their subjects.
type undecided []*usage.Reading

func compareReadings(a, b *usage.Reading) int { return a.Subject.Compare(&b.Subject) }

func (u *undecided) add(r *usage.Reading) {
	if n := len(*u); n == MaxUndecided {
		if compareReadings((*u)[n-1], r) < 0 {
			return
		}
		*u = (*u)[:n-1]
	}
	at, _ := slices.BinarySearchFunc(*u, r, compareReadings)
	*u = slices.Insert(*u, at, r)
}

// alerts returns alerts of them, the same as before for those that read as before.
func (u undecided) alerts(before []*Alert) []*Alert {
	alerts := slices.Grow([]*Alert(nil), len(u))
	for i, r := range u {
		if i < len(before) && before[i].Reading == *r {
			alerts = append(alerts, before[i])
		} else {
			alerts = append(alerts, &Alert{Reading: *r, Phase: PhaseUnknown})
		}
	}
	return alerts
}
