package report

import (
	"math/big"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// maxPeriodsBytes is what all periods may have, encoded as JSON, so that most of
// MaxBytes is left for rows. Where names are too long for it, each period lists
// fewer accounts and sums more of them.
const maxPeriodsBytes = 96 << 10

// newPeriods returns the periods with as many accounts as fit.
func newPeriods(v *usage.View) (all []v1alpha1.PeriodAccounts) {
	for most := account.MaxClosedAccounts; most >= 0; most-- {
		all = nil
		for i := range v.Periods {
			all = append(all, newPeriod(v, v.Periods[i].Cut(most)))
		}
		if encoded(all) <= maxPeriodsBytes {
			break
		}
	}
	return all
}

// periodReasons are the names under which reasons are published.
var periodReasons = map[account.Reason]v1alpha1.PeriodReason{
	account.PeriodEnded: v1alpha1.PeriodEnded,
	account.SpecChanged: v1alpha1.PeriodSpecChanged,
}

func newPeriod(v *usage.View, p account.Period) v1alpha1.PeriodAccounts {
	out := v1alpha1.PeriodAccounts{
		StartTime:       v1alpha1.NewTimestamp(p.Start),
		EndTime:         v1alpha1.NewTimestamp(p.End),
		Closed:          p.Reason != account.Running,
		Reason:          periodReasons[p.Reason],
		ObservedPercent: observedPercent(&p),
		Prices:          newPrices(p.Prices),
		Total:           newAccount(v, &p, &p.Total),
	}
	for i := range p.Accounts {
		a := newAccount(v, &p, &p.Accounts[i].Measures)
		a.Subject = NewSubject(&p.Accounts[i].Subject, v.LabelKeys)
		out.Accounts = append(out.Accounts, a)
	}
	if p.Other != nil {
		other := newAccount(v, &p, p.Other)
		out.Other = &other
	}
	return out
}

func observedPercent(p *account.Period) int32 {
	length := p.Length().Milliseconds()
	if length <= 0 {
		return 0
	}
	return int32(min(100, 100*p.Observed.Milliseconds()/length))
}

// costDigits are those behind the point.
const costDigits = 4

func newAccount(v *usage.View, p *account.Period, m *account.Measures) v1alpha1.Account {
	a := v1alpha1.Account{UsageHours: hours(m.Usage)}
	if v.Target != model.Nodes {
		a.RequestHours = hours(m.Requests)
	}
	if p.Prices != nil {
		a.Cost = p.Prices.Cost(m).FloatString(costDigits)
	}
	return a
}

// hours writes amounts × milliseconds in amounts × hours, rounded half up to the
// nanocore or the byte.
func hours(sums model.Sums) map[v1alpha1.ResourceName]v1alpha1.Quantity {
	const perHour = 3_600_000
	out := make(map[v1alpha1.ResourceName]v1alpha1.Quantity, len(resources))
	for i, name := range resources {
		n := integer(sums[i])
		n.Add(n, big.NewInt(perHour/2))
		out[name] = shortest(model.Resource(i), n.Div(n, big.NewInt(perHour)))
	}
	return out
}

// bases are the names under which bases are published.
var bases = map[account.Basis]v1alpha1.PriceBasis{
	account.Usage:    v1alpha1.BasisUsage,
	account.Requests: v1alpha1.BasisRequests,
	account.Larger:   v1alpha1.BasisMaxOfRequestsAndUsage,
}

func newPrices(p *account.Prices) *v1alpha1.Prices {
	if p == nil {
		return nil
	}
	return &v1alpha1.Prices{
		Currency: p.Currency,
		Basis:    bases[p.Basis],
		PerHour: v1alpha1.PricesPerHour{
			CPU:    v1alpha1.Price(p.PerHour[model.CPU].String()),
			Memory: v1alpha1.Price(p.PerHour[model.Memory].String()),
		},
	}
}

// periods adds which periods there are and why they closed: a close is news, hours
// are not.
func (f fingerprint) periods(all []v1alpha1.PeriodAccounts) {
	for i := range all {
		for _, part := range []string{string(all[i].StartTime), string(all[i].EndTime), string(all[i].Reason)} {
			f.text(part)
		}
	}
}
