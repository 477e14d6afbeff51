package calendar_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/calendar"
)

// zones have every habit that there is: changes at midnight and a minute after,
// by half an hour, twice a year for Ramadan, a date left out, and none at all.
var zones = []string{
	"UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
	"America/Caracas", "Africa/Casablanca", "Africa/Cairo", "Asia/Seoul", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Asia/Gaza",
	"Asia/Tehran", "Asia/Pyongyang", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kwajalein",
}

// longest is what no period exceeds.
var longest = map[calendar.Every]time.Duration{
	calendar.Hour: time.Hour, calendar.Day: 26 * time.Hour, calendar.Week: 8 * 24 * time.Hour, calendar.Month: 32 * 24 * time.Hour,
}

// TestPeriodsTile walks through 60 years: each period begins where the one before
// ends, its first and last instants are in it, and it is as long as it should be.
func TestPeriodsTile(t *testing.T) {
	for _, zone := range zones {
		for _, every := range []calendar.Every{calendar.Day, calendar.Week, calendar.Month} {
			mustTile(t, zone, every, time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC))
		}
		mustTile(t, zone, calendar.Hour, time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2012, 1, 10, 0, 0, 0, 0, time.UTC))
	}
}

func mustTile(t *testing.T, zone string, every calendar.Every, from, to time.Time) {
	t.Helper()
	c := mustNew(t, every, zone)
	for p := c.Holding(from); p.Start.Before(to); {
		next := c.Holding(p.End)
		switch {
		case p.Length() <= 0 || p.Length() > longest[every]:
			t.Fatalf("%s: the period from %s to %s is %s long", zone, p.Start, p.End, p.Length())
		case c.Holding(p.Start) != p || c.Holding(p.End.Add(-1)) != p:
			t.Fatalf("%s: %s to %s does not hold its ends", zone, p.Start, p.End)
		case !next.Start.Equal(p.End) || c.Before(next) != p:
			t.Fatalf("%s: after %s to %s comes %s to %s", zone, p.Start, p.End, next.Start, next.End)
		}
		p = next
	}
}

// TestAnyInstant: the period of any instant holds it, and weeks begin on Mondays
// and months on first days.
func TestAnyInstant(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		zone := zones[random.IntN(len(zones))]
		c := mustNew(t, calendar.Every(random.IntN(4)), zone)
		at := time.Unix(random.Int64N(4e9), random.Int64N(1e9))
		p := c.Holding(at)
		if !p.Contains(at) || p.Start.Location() != time.UTC || p.End.Location() != time.UTC {
			t.Fatalf("%s: %s is not in %s to %s", zone, at, p.Start, p.End)
		}
		if local := p.Start.In(mustLoad(t, zone)); c.Every() == calendar.Week && local.Weekday() != time.Monday || c.Every() == calendar.Month && local.Day() != 1 {
			t.Fatalf("%s: the period of %s begins on %s", zone, at, local)
		}
	}
}

func mustLoad(t *testing.T, zone string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return location
}
