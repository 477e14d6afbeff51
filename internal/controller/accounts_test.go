package controller

import (
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

func showback() *v1alpha1.ReportSettings {
	return &v1alpha1.ReportSettings{
		Top: 30, SortBy: &v1alpha1.SortBy{Resource: v1alpha1.ResourceMemory},
		Periods: &v1alpha1.Periods{Every: v1alpha1.PeriodMonth, TimeZone: "Europe/Berlin", Keep: 12},
		Prices: &v1alpha1.Prices{Currency: "EUR", PerHour: v1alpha1.PricesPerHour{CPU: "0.031"},
			Basis: v1alpha1.BasisMaxOfRequestsAndUsage},
	}
}

func TestAccountTerms(t *testing.T) {
	terms, err := accountTerms(showback())
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := calendar.New(calendar.Month, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := &account.Terms{
		Calendar: berlin, Keep: 12, Top: 30, By: model.Memory,
		Prices: &account.Prices{Currency: "EUR", PerHour: [model.ResourceCount]account.Price{model.CPU: 31_000_000}, Basis: account.Larger},
	}
	if !terms.Equal(want) {
		t.Errorf("the terms are %+v with %+v", terms, terms.Prices)
	}
	if terms, err := accountTerms(&v1alpha1.ReportSettings{}); terms != nil || err != nil {
		t.Errorf("without periods: %v, %v", terms, err)
	}
}

func TestAccountTermsThatAreRefused(t *testing.T) {
	unknown, free := showback(), showback()
	unknown.Periods.TimeZone = "Europe/Atlantis"
	free.Prices.PerHour.Memory = "free"
	for want, s := range map[string]*v1alpha1.ReportSettings{
		`spec.periods.timeZone: time zone "Europe/Atlantis" is not known; name one of the IANA database`: unknown,
		`spec.prices.perHour: price "free" is not a decimal`:                                             free,
	} {
		if _, err := accountTerms(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
