package usage

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// PerPod is what single pods of a row use. A sum hides the one that is hot.
type PerPod struct {
	// Median is the mean of the two in the middle, rounded down, where the pods
	// are even in number.
	Median, Maximum model.Sum
}

// comparePods sets what single pods use in the rows that are shown and in the
// total.
func (r *report) comparePods(v *View, shown []ranked) {
	inRows := make([][]model.Sums, len(shown))
	inTotal := make([]model.Sums, 0, len(r.members))
	for i, w := range shown {
		w.row.rank = i + 1
		inRows[i] = make([]model.Sums, 0, w.row.declared.pods)
	}
	for _, p := range r.members {
		for i := range p.memberships {
			m := &p.memberships[i]
			if m.row.owner != r {
				continue
			}
			used, seen := p.uses(m.of())
			if !seen {
				continue
			}
			if m.row == &r.total || r.addsUp() {
				inTotal = append(inTotal, used)
			}
			if rank := m.row.rank; rank > 0 {
				inRows[rank-1] = append(inRows[rank-1], used)
			}
		}
	}
	v.Total.setPerPod(inTotal)
	for i, w := range shown {
		w.row.rank = 0
		v.Rows[i].setPerPod(inRows[i])
	}
}

// uses returns what a share of the pod was last seen to use.
func (p *pod) uses(s share) (sum model.Sums, seen bool) {
	if !p.seesAny(s) {
		return sum, false
	}
	for k := range s.count(p.Pod) {
		if i := s.index(k); p.sample.sees(i) {
			sum = sum.Plus(p.sample.usage[i])
		}
	}
	return sum, true
}

func (row *Row) setPerPod(pods []model.Sums) {
	if len(pods) < 2 {
		return
	}
	column := make([]model.Sum, len(pods))
	for r := range row.Resources {
		for i := range pods {
			column[i] = pods[i][r]
		}
		row.Resources[r].PerPod = newPerPod(column)
	}
}

// newPerPod needs the middle only, so it does not sort all.
func newPerPod(pods []model.Sum) *PerPod {
	middle := len(pods) / 2
	split(pods, middle)
	p := &PerPod{Median: pods[middle], Maximum: slices.MaxFunc(pods[middle:], model.Sum.Compare)}
	if len(pods)%2 == 0 {
		below := slices.MaxFunc(pods[:middle], model.Sum.Compare)
		p.Median = p.Median.Add(below).Half()
	}
	return p
}

// split moves values so that the one at a place is where sorting would put it,
// with none greater before it and none less behind it.
func split(values []model.Sum, place int) {
	for low, high := 0, len(values)-1; low < high; {
		pivot, i, j := values[low+(high-low)/2], low, high
		for i <= j {
			for values[i].Compare(pivot) < 0 {
				i++
			}
			for values[j].Compare(pivot) > 0 {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case place <= j:
			high = j
		case place >= i:
			low = i
		default:
			return
		}
	}
}
