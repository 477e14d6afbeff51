package calendar_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/usage-operator/usage-operator/internal/calendar"
)

func mustNew(t testing.TB, every calendar.Every, zone string) calendar.Calendar {
	t.Helper()
	c, err := calendar.New(every, zone)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestPeriods names the instants at which something is special.
func TestPeriods(t *testing.T) {
	for _, row := range []struct {
		name       string
		every      calendar.Every
		zone, at   string
		start, end string
		hours      float64
	}{
		{"a month", calendar.Month, "UTC", "2026-04-30T23:59:59Z", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z", 30 * 24},
		{"February", calendar.Month, "UTC", "2026-02-28T12:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 28 * 24},
		{"February of a leap year", calendar.Month, "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", 29 * 24},
		{"February of 2000, which leaps", calendar.Month, "UTC", "2000-02-29T12:00:00Z", "2000-02-01T00:00:00Z", "2000-03-01T00:00:00Z", 29 * 24},
		{"a month with an hour less", calendar.Month, "Europe/Berlin", "2026-03-15T12:00:00Z", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00", 31*24 - 1},
		{"a month with an hour more", calendar.Month, "Europe/Berlin", "2026-10-15T12:00:00Z", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00", 31*24 + 1},
		{"a month of the south with an hour less", calendar.Month, "America/Sao_Paulo", "2018-11-15T12:00:00Z", "2018-11-01T00:00:00-03:00", "2018-12-01T00:00:00-02:00", 30*24 - 1},
		{"the end of a month in Seoul", calendar.Month, "Asia/Seoul", "2026-01-31T15:00:00Z", "2026-02-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00", 28 * 24},
		{"a day of 23 hours", calendar.Day, "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23},
		{"a day of 25 hours", calendar.Day, "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25},
		{"a day without midnight", calendar.Day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00", 23},
		{"a day whose last hour comes twice", calendar.Day, "America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00", 25},
		{"a day whose midnight comes twice", calendar.Day, "America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 25},
		{"a date that had begun and is shown no more", calendar.Day, "America/St_Johns", "2006-10-29T02:45:00Z", "2006-10-29T00:00:00-02:30", "2006-10-30T00:00:00-03:30", 25},
		{"a date that was left out", calendar.Day, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00", 24},
		{"a week begins on Monday", calendar.Week, "UTC", "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", 168},
		{"a Monday", calendar.Week, "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 168},
		{"a week over a year's end", calendar.Week, "UTC", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", 168},
		{"a week with an hour less", calendar.Week, "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 167},
		{"an hour", calendar.Hour, "UTC", "2026-11-21T07:15:00Z", "2026-11-21T07:00:00Z", "2026-11-21T08:00:00Z", 1},
		{"an hour of a half-hour zone", calendar.Hour, "Asia/Kolkata", "2026-11-21T07:15:00Z", "2026-11-21T12:00:00+05:30", "2026-11-21T13:00:00+05:30", 1},
		{"an hour of a quarter-hour zone", calendar.Hour, "Asia/Kathmandu", "2026-11-21T07:15:00Z", "2026-11-21T13:00:00+05:45", "2026-11-21T14:00:00+05:45", 1},
		{"the first of two equal hours", calendar.Hour, "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+02:00", 1},
		{"the second of two equal hours", calendar.Hour, "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00", 1},
		{"an hour that is set back by half", calendar.Hour, "Australia/Lord_Howe", "2026-04-04T15:10:00Z", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30", 0.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := mustNew(t, row.every, row.zone).Holding(instant(t, row.at))
			if !p.Start.Equal(instant(t, row.start)) || !p.End.Equal(instant(t, row.end)) {
				t.Errorf("%s to %s, want %s to %s", p.Start, p.End, row.start, row.end)
			}
			if p.Length().Hours() != row.hours {
				t.Errorf("%v hours, want %v", p.Length().Hours(), row.hours)
			}
		})
	}
}

func TestZonesThatAreRefused(t *testing.T) {
	for zone, why := range map[string]string{
		"Local": "depends on where the operator runs", "": "depends on where the operator runs",
		"Europe/Atlantis": "is not known", "../etc/passwd": "is not known", "/etc/localtime": "is not known", "CET+1": "is not known",
	} {
		_, err := calendar.New(calendar.Day, zone)
		if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "Europe/Berlin") {
			t.Errorf("%q: %v, want that it %s, and what to write instead", zone, err, why)
		}
	}
}

func TestEqual(t *testing.T) {
	berlin := mustNew(t, calendar.Day, "Europe/Berlin")
	if !berlin.Equal(mustNew(t, calendar.Day, "Europe/Berlin")) {
		t.Error("a calendar is not its equal")
	}
	if berlin.Equal(mustNew(t, calendar.Week, "Europe/Berlin")) || berlin.Equal(mustNew(t, calendar.Day, "UTC")) {
		t.Error("other lengths or zones are equal")
	}
}
