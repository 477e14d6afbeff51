package controller

import (
	"fmt"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

var (
	lengths = map[v1alpha1.PeriodLength]calendar.Every{
		v1alpha1.PeriodHour:  calendar.Hour,
		v1alpha1.PeriodDay:   calendar.Day,
		v1alpha1.PeriodWeek:  calendar.Week,
		v1alpha1.PeriodMonth: calendar.Month,
	}
	bases = map[v1alpha1.PriceBasis]account.Basis{
		v1alpha1.BasisUsage:                 account.Usage,
		v1alpha1.BasisRequests:              account.Requests,
		v1alpha1.BasisMaxOfRequestsAndUsage: account.Larger,
	}
)

// accountTerms says by what the accounts of a report are kept; nil for none.
func accountTerms(s *v1alpha1.ReportSettings) (*account.Terms, error) {
	if s.Periods == nil {
		return nil, nil
	}
	zone := s.Periods.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	c, err := calendar.New(lengths[s.Periods.Every], string(zone))
	if err != nil {
		return nil, fmt.Errorf("spec.periods.timeZone: %w", err)
	}
	prices, err := accountPrices(s.Prices)
	if err != nil {
		return nil, err
	}
	return &account.Terms{
		Calendar: c, Keep: int(s.Periods.Keep), Prices: prices,
		Top: int(s.Top), By: order(s.SortBy).Resource,
	}, nil
}

func accountPrices(s *v1alpha1.Prices) (*account.Prices, error) {
	if s == nil {
		return nil, nil
	}
	p := &account.Prices{Currency: s.Currency, Basis: bases[s.Basis]}
	for r, text := range map[model.Resource]v1alpha1.Price{model.CPU: s.PerHour.CPU, model.Memory: s.PerHour.Memory} {
		if text == "" {
			continue
		}
		price, err := account.ParsePrice(string(text))
		if err != nil {
			return nil, fmt.Errorf("spec.prices.perHour: %w", err)
		}
		p.PerHour[r] = price
	}
	return p, nil
}
