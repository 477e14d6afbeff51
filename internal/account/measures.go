package account

import "github.com/usage-operator/usage-operator/internal/model"

// Measures are what is accounted. Of an instant they are in nanocores and bytes;
// of a time, those × milliseconds.
type Measures struct {
	Usage, Requests model.Sums
	// Larger is the larger of both of each container, where prices ask for it.
	Larger model.Sums
}

// Add adds others.
func (m *Measures) Add(o *Measures) {
	m.Usage.Accumulate(&o.Usage)
	m.Requests.Accumulate(&o.Requests)
	m.Larger.Accumulate(&o.Larger)
}

// over returns what an instant's measures come to in some milliseconds.
func (m *Measures) over(milliseconds int64) (o Measures) {
	for r := range model.ResourceCount {
		o.Usage[r] = m.Usage[r].Times(milliseconds)
		o.Requests[r] = m.Requests[r].Times(milliseconds)
		o.Larger[r] = m.Larger[r].Times(milliseconds)
	}
	return o
}

// of returns what a basis charges.
func (m *Measures) of(b Basis) *model.Sums {
	switch b {
	case Requests:
		return &m.Requests
	case Larger:
		return &m.Larger
	default:
		return &m.Usage
	}
}
