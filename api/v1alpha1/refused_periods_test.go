package v1alpha1_test

import "strings"

const (
	zoneHelp  = "timeZone is a name of the IANA time zone database, for example UTC, Europe/Berlin or Asia/Seoul"
	priceHelp = `a price is a decimal in quotes with at most nine digits before and behind the point`
)

// refusedPeriods are accounts that could not be kept, and prices that are none.
var refusedPeriods = []refusal{
	{name: "no length", spec: `periods: {keep: 3}`, want: []string{"spec.periods.every", "Required value"}},
	{name: "an unknown length", spec: `periods: {every: Year}`, want: []string{"spec.periods.every", `"Hour", "Day", "Week", "Month"`}},
	{name: "keep none", spec: `periods: {every: Day, keep: 0}`, want: []string{"spec.periods.keep", "greater than or equal to 1"}},
	{name: "keep too many", spec: `periods: {every: Day, keep: 37}`, want: []string{"spec.periods.keep", "less than or equal to 36"}},
	{name: "the operator's own zone", spec: `periods: {every: Day, timeZone: Local}`, want: []string{"spec.periods.timeZone", zoneHelp}},
	{name: "an empty zone", spec: `periods: {every: Day, timeZone: ""}`, want: []string{"spec.periods.timeZone", zoneHelp}},
	{name: "a path", spec: `periods: {every: Day, timeZone: ../../etc/passwd}`, want: []string{"spec.periods.timeZone", zoneHelp}},
	{name: "an offset", spec: `periods: {every: Day, timeZone: "+09:00"}`, want: []string{"spec.periods.timeZone", zoneHelp}},
	{name: "an endless zone", spec: `periods: {every: Day, timeZone: ` + strings.Repeat("a", 65) + `}`, want: []string{"spec.periods.timeZone", "64"}},
	{name: "prices without periods", spec: `prices: {currency: USD, perHour: {cpu: "1"}}`, want: []string{"spec.prices", "prices are for the accounts of periods", "add periods"}},
	{name: "no currency", spec: priced(`{perHour: {cpu: "1"}}`), want: []string{"spec.prices.currency", "Required value"}},
	{name: "a sign for a currency", spec: priced(`{currency: "$", perHour: {cpu: "1"}}`), want: []string{"spec.prices.currency", "ISO 4217", "USD, EUR or KRW"}},
	{name: "a small currency", spec: priced(`{currency: usd, perHour: {cpu: "1"}}`), want: []string{"spec.prices.currency", "ISO 4217"}},
	{name: "no price", spec: priced(`{currency: USD, perHour: {}}`), want: []string{"spec.prices.perHour", "at least 1 properties"}},
	{name: "a price as a number", spec: priced(`{currency: USD, perHour: {cpu: 0.031}}`), want: []string{"spec.prices.perHour.cpu", "must be of type string"}},
	{name: "a negative price", spec: priced(`{currency: USD, perHour: {cpu: "-1"}}`), want: []string{"spec.prices.perHour.cpu", priceHelp}},
	{name: "a price with an exponent", spec: priced(`{currency: USD, perHour: {memory: "1e9"}}`), want: []string{"spec.prices.perHour.memory", priceHelp}},
	{name: "a price with ten digits", spec: priced(`{currency: USD, perHour: {memory: "0.0000000001"}}`), want: []string{"spec.prices.perHour.memory", priceHelp}},
	{name: "an endless price", spec: priced(`{currency: USD, perHour: {cpu: "` + strings.Repeat("1", 5000) + `"}}`), want: []string{"spec.prices.perHour.cpu", "19"}},
	{name: "an unknown basis", spec: priced(`{currency: USD, perHour: {cpu: "1"}, basis: Limits}`), want: []string{"spec.prices.basis", `"Usage", "Requests", "MaxOfRequestsAndUsage"`}},
	{name: "requests of nodes", kind: "ClusterUsageReport", spec: "target: Nodes\n" + priced(`{currency: USD, perHour: {cpu: "1"}, basis: Requests}`),
		want: []string{"spec.prices.basis", "nodes request nothing", "the basis is Usage"}},
	{name: "prices of a cluster without periods", kind: "ClusterUsageReport", spec: `prices: {currency: USD, perHour: {cpu: "1"}}`, want: []string{"spec.prices", "add periods"}},
}

func priced(prices string) string { return "periods: {every: Month}\nprices: " + prices }
