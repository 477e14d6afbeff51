// Package calendar cuts time into hours, days, weeks and months as the clocks of
// a time zone show them.
//
// A day begins at the first instant at which the zone's clocks show its date. So
// a day of 23 or 25 hours is one day, one whose midnight does not exist begins
// when the clocks have jumped over it, and where midnight comes twice the day
// begins with the first. A date that a zone left out is no period. Weeks begin
// with their Monday, months with their first day. Each period ends where the next
// begins, so that they cover all time and no instant twice.
//
// An hour is one hour of the clock: where clocks are set back by an hour, the
// hour that they show twice is two periods. Where they are set by less, as on
// Lord Howe Island, the hour ends there and the next is as much shorter.
//
// The rules come from the zone database of the system, or from the one that the
// program embeds.
package calendar

import (
	"errors"
	"fmt"
	"time"
)

// Every is the length of a period.
type Every uint8

// The lengths.
const (
	Hour Every = iota
	Day
	Week
	Month
)

// Calendar tells periods of one length in one time zone.
type Calendar struct {
	every Every
	zone  *time.Location
}

// New returns the calendar of a zone of the IANA database, such as Europe/Berlin.
func New(every Every, zone string) (Calendar, error) {
	location, err := load(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("time zone %.64q %w; name one of the IANA database, such as UTC, Europe/Berlin or Asia/Seoul", zone, err)
	}
	return Calendar{every: every, zone: location}, nil
}

// load refuses the zones that mean another one on each machine.
func load(zone string) (*time.Location, error) {
	if zone == "" || zone == "Local" {
		return nil, errors.New("depends on where the operator runs")
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, errors.New("is not known")
	}
	return location, nil
}

// Every returns the length of the periods.
func (c Calendar) Every() Every { return c.every }

// Zone returns the name of the time zone.
func (c Calendar) Zone() string { return c.zone.String() }

// Equal tells whether two calendars tell the same periods by their names.
func (c Calendar) Equal(o Calendar) bool { return c.every == o.every && c.Zone() == o.Zone() }

// Period is a time from Start up to, but without, End.
type Period struct{ Start, End time.Time }

// Contains tells whether an instant is in the period.
func (p Period) Contains(at time.Time) bool { return !at.Before(p.Start) && at.Before(p.End) }

// Length is how long the period is.
func (p Period) Length() time.Duration { return p.End.Sub(p.Start) }

// Holding returns the period that an instant is in, in UTC.
func (c Calendar) Holding(at time.Time) Period {
	if c.every == Hour {
		return c.hour(at)
	}
	day := c.firstDay(at)
	p := Period{Start: c.begin(day), End: c.begin(c.following(day))}
	for !at.Before(p.End) { // the clocks were set back to a date that had ended
		day = c.following(day)
		p = Period{Start: p.End, End: c.begin(c.following(day))}
	}
	return p
}

// Before returns the period that ends where one begins.
func (c Calendar) Before(p Period) Period { return c.Holding(p.Start.Add(-1)) }

// firstDay returns the date that the period of an instant's date begins with, as
// midnight in UTC.
func (c Calendar) firstDay(at time.Time) time.Time {
	year, month, day := at.In(c.zone).Date()
	switch c.every {
	case Month:
		day = 1
	case Week:
		sinceMonday := (int(at.In(c.zone).Weekday()) + 6) % 7
		day -= sinceMonday
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// following returns the date that the next period begins with.
func (c Calendar) following(day time.Time) time.Time {
	switch c.every {
	case Month:
		return day.AddDate(0, 1, 0)
	case Week:
		return day.AddDate(0, 0, 7)
	default:
		return day.AddDate(0, 0, 1)
	}
}

// earliest is more than any zone is ahead of UTC.
const earliest = 36 * time.Hour

// begin returns the first instant at which the zone's clocks show a date or a
// later one. The date is given as midnight in UTC.
func (c Calendar) begin(day time.Time) time.Time {
	at := day.Add(-earliest).In(c.zone)
	for {
		midnight := day.Add(-offset(at))
		if midnight.Before(at) { // the clocks jumped over it
			return at.UTC()
		}
		change := nextChange(at)
		if change.IsZero() || midnight.Before(change) {
			return midnight.UTC()
		}
		at = change
	}
}

// hour returns the hour of the clock that an instant is in, as far as the clock
// was not set in it.
func (c Calendar) hour(at time.Time) Period {
	local := at.In(c.zone)
	ahead := offset(local)
	start := local.UTC().Add(ahead).Truncate(time.Hour).Add(-ahead)
	p := Period{Start: start, End: start.Add(time.Hour)}
	since, until := local.ZoneBounds()
	if since.After(p.Start) && offset(since.Add(-1)) != ahead {
		p.Start = since.UTC()
	}
	if !until.IsZero() && until.Before(p.End) && offset(until) != ahead {
		p.End = until.UTC()
	}
	return p
}

// nextChange returns when the clocks are set next, or an earlier time at which
// they are not; zero where they never are. On the last day of a leap year
// ZoneBounds names the past.
func nextChange(at time.Time) time.Time {
	_, change := at.ZoneBounds()
	if !change.IsZero() && !change.After(at) {
		return at.Add(time.Hour)
	}
	return change
}

// offset is by how much the clocks are ahead of UTC.
func offset(at time.Time) time.Duration {
	_, seconds := at.Zone()
	return time.Duration(seconds) * time.Second
}
