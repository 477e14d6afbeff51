package report

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

const hourInMilliseconds = 3_600_000

// somePeriod is a closed day of 23 hours, the half of it observed.
func somePeriod() account.Period {
	end := time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC)
	p := account.Period{
		Period: calendar.Period{Start: end.Add(-23 * time.Hour), End: end},
		Reason: account.PeriodEnded, Observed: 11*time.Hour + 30*time.Minute - time.Second,
		Prices: &account.Prices{Currency: "EUR", PerHour: [model.ResourceCount]account.Price{31_000_000, 4_000_000}, Basis: account.Larger},
	}
	p.Total.Usage = hoursOf(124_500_000_000, 512<<30)
	p.Total.Requests = hoursOf(1, 1000)
	p.Total.Larger = hoursOf(124_500_000_000, 512<<30)
	return p
}

func hoursOf(amounts ...int64) (s model.Sums) {
	for r, n := range amounts {
		s[r] = s[r].Plus(n).Times(hourInMilliseconds)
	}
	return s
}

func TestPeriods(t *testing.T) {
	v := someView()
	p := somePeriod()
	p.Accounts = []account.Account{{Subject: model.Subject{Namespace: "shop"}, Measures: p.Total}}
	p.Other = &account.Measures{}
	v.Periods = []account.Period{p}
	all := account0("5.9075")
	shop := all
	shop.Subject = NewSubject(&p.Accounts[0].Subject, v.LabelKeys)
	none := v1alpha1.Account{UsageHours: amounts("0", "0"), RequestHours: amounts("0", "0"), Cost: "0.0000"}
	want := []v1alpha1.PeriodAccounts{{
		StartTime: "2026-03-28T23:00:00Z", EndTime: "2026-03-29T22:00:00Z", Closed: true, Reason: v1alpha1.PeriodEnded, ObservedPercent: 49,
		Prices: &v1alpha1.Prices{Currency: "EUR", Basis: v1alpha1.BasisMaxOfRequestsAndUsage, PerHour: v1alpha1.PricesPerHour{CPU: "0.031", Memory: "0.004"}},
		Total:  all, Accounts: []v1alpha1.Account{shop}, Other: &none,
	}}
	if diff := cmp.Diff(want, Build(v).Periods); diff != "" {
		t.Errorf("the periods (-want +got):\n%s", diff)
	}
	v.Target = model.Nodes
	if got := Build(v).Periods[0].Total.RequestHours; got != nil {
		t.Errorf("nodes request %v", got)
	}
}

// account0 is the total of somePeriod: 124.5 × 0.031 + 512 × 0.004.
func account0(cost string) v1alpha1.Account {
	return v1alpha1.Account{UsageHours: amounts("124500m", "512Gi"), RequestHours: amounts("1n", "1k"), Cost: cost}
}

func amounts(cpu, memory v1alpha1.Quantity) map[v1alpha1.ResourceName]v1alpha1.Quantity {
	return map[v1alpha1.ResourceName]v1alpha1.Quantity{v1alpha1.ResourceCPU: cpu, v1alpha1.ResourceMemory: memory}
}

// TestHoursAreRounded half up, to the nanocore and the byte.
func TestHoursAreRounded(t *testing.T) {
	for milliseconds, want := range map[int64]v1alpha1.Quantity{0: "0", 1_799_999: "0", 1_800_000: "1n", 5_399_999: "1n", 5_400_000: "2n"} {
		var s model.Sums
		s[model.CPU] = s[model.CPU].Plus(milliseconds)
		if got := hours(s)[v1alpha1.ResourceCPU]; got != want {
			t.Errorf("%d nanocore-milliseconds are %s, want %s", milliseconds, got, want)
		}
	}
}

// TestCloseIsWritten at once, and hours alone are not.
func TestCloseIsWritten(t *testing.T) {
	of := func(change func(*account.Period)) string {
		v := someView()
		p := somePeriod()
		p.Reason = account.Running
		change(&p)
		v.Periods = []account.Period{p}
		s := Build(v)
		return Fingerprint(&s)
	}
	before := of(func(*account.Period) {})
	if of(func(p *account.Period) { p.Total, p.Observed = account.Measures{}, time.Hour }) != before {
		t.Error("hours count as news")
	}
	if of(func(p *account.Period) { p.Reason = account.PeriodEnded }) == before {
		t.Error("a close is no news")
	}
	if of(func(p *account.Period) { p.Start = p.Start.Add(time.Hour) }) == before {
		t.Error("another period is no news")
	}
}

// TestPeriodsAreBounded: with the longest names, periods list fewer accounts and
// lose nothing; most of a status is left for rows.
func TestPeriodsAreBounded(t *testing.T) {
	v := longView()
	for range account.MaxKeep + 1 {
		p := somePeriod()
		for i := range account.MaxClosedAccounts {
			p.Accounts = append(p.Accounts, account.Account{Subject: longNames(i), Measures: account.Measures{Usage: hoursOf(1, 1)}})
		}
		v.Periods = append(v.Periods, p)
	}
	s := Build(v)
	text, err := json.Marshal(s.Periods)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > maxPeriodsBytes || len(s.Periods) != account.MaxKeep+1 {
		t.Errorf("%d periods take %d bytes", len(s.Periods), len(text))
	}
	listed := len(s.Periods[0].Accounts)
	if listed >= account.MaxClosedAccounts {
		t.Errorf("%d accounts are listed", listed)
	}
	var want account.Measures
	for range account.MaxClosedAccounts - listed {
		want.Add(&account.Measures{Usage: hoursOf(1, 1)})
	}
	if diff := cmp.Diff(hours(want.Usage), s.Periods[0].Other.UsageHours); diff != "" {
		t.Errorf("the others (-want +got):\n%s", diff)
	}
	if rows := Fitting(&s); rows < 10 {
		t.Errorf("%d rows are left", rows)
	}
}
