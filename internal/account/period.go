package account

import (
	"math/big"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// The bounds.
const (
	// MaxAccounts is how many subjects a period tells apart.
	MaxAccounts = 500
	// MaxClosedAccounts is how many a closed one shows.
	MaxClosedAccounts = 20
	// MaxKeep is how many closed periods are kept.
	MaxKeep = 36
)

// Reason is why a period closed.
type Reason uint8

// The reasons.
const (
	// Running periods have not closed.
	Running Reason = iota
	PeriodEnded
	// SpecChanged: what is counted, or the calendar, became another.
	SpecChanged
)

// Terms are by what a ledger is kept.
type Terms struct {
	Calendar calendar.Calendar
	// Keep is how many closed periods are kept.
	Keep int
	// Prices are nil where nothing has a price.
	Prices *Prices
	// Top is how many accounts are shown; the rest is summed. They are ranked by
	// cost, or without prices by usage of a resource.
	Top int
	By  model.Resource
}

// Equal tells whether terms are the same.
func (t *Terms) Equal(o *Terms) bool {
	if t == nil || o == nil {
		return t == o
	}
	samePrices := t.Prices == o.Prices || t.Prices != nil && o.Prices != nil && *t.Prices == *o.Prices
	return samePrices && t.Calendar.Equal(o.Calendar) && t.Keep == o.Keep && t.Top == o.Top && t.By == o.By
}

// WantsLarger tells whether steps must say the larger of usage and requests.
func (t *Terms) WantsLarger() bool { return t != nil && t.Prices != nil && t.Prices.Basis == Larger }

// Period is a period with its accounts.
type Period struct {
	calendar.Period
	Reason Reason
	// Observed is how much of it was.
	Observed time.Duration
	Total    Measures
	// Accounts are the largest, ranked.
	Accounts []Account
	// Other is the sum of the others; nil where there are none.
	Other *Measures
	// Prices are those that it has, or was closed with; nil for none.
	Prices *Prices
}

// Account is what one subject used and requested in a period.
type Account struct {
	Subject model.Subject
	Measures
}

// Cut returns the period with so many accounts at most; the others are summed.
func (p Period) Cut(most int) Period {
	if len(p.Accounts) <= most {
		return p
	}
	var other Measures
	if p.Other != nil {
		other = *p.Other
	}
	for i := range p.Accounts[most:] {
		other.Add(&p.Accounts[most+i].Measures)
	}
	p.Accounts, p.Other = p.Accounts[:most:most], &other
	return p
}

// rank puts the largest accounts first, and equals in the order of their
// subjects.
func (t *Terms) rank(accounts []Account) {
	weights := make(map[*Account]*big.Int, len(accounts))
	order := make([]*Account, len(accounts))
	for i := range accounts {
		order[i] = &accounts[i]
		weights[order[i]] = t.weight(&accounts[i].Measures)
	}
	slices.SortFunc(order, func(a, b *Account) int {
		if c := weights[b].Cmp(weights[a]); c != 0 {
			return c
		}
		return a.Subject.Compare(&b.Subject)
	})
	ranked := make([]Account, len(order))
	for i, a := range order {
		ranked[i] = *a
	}
	copy(accounts, ranked)
}

func (t *Terms) weight(m *Measures) *big.Int {
	if t.Prices != nil {
		return t.Prices.weight(m)
	}
	return Integer(m.Usage[t.By])
}
