package poller

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// pipeline scrapes in a rhythm of its own.
type pipeline struct {
	period, phase time.Duration
	// frozenFrom and frozenTo bound a time without scrapes.
	frozenFrom, frozenTo time.Duration
}

// last returns the time of the last scrape.
func (p pipeline) last(now time.Duration) time.Duration {
	at := now - (now-p.phase)%p.period
	if at >= p.frozenFrom && at < p.frozenTo {
		at = p.frozenFrom - (p.frozenFrom-p.phase)%p.period
	}
	return at
}

// look is a read of a pipeline: when, how long after the scrape, and whether it
// brought anything new.
type look struct {
	at, age time.Duration
	fresh   bool
}

// follow reads a pipeline for some time. late is by how much each read is late.
func follow(p *pace, from pipeline, resolution, begin, until time.Duration, late func() time.Duration) (looks []look) {
	seen := time.Duration(-1)
	for now := begin; now < until; {
		scrape := from.last(now)
		looks = append(looks, look{now, now - scrape, scrape > seen})
		now += p.after(scrape > seen, resolution) + late()
		seen = max(seen, scrape)
	}
	return looks
}

func punctual() time.Duration { return 0 }

func lateBy(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// jitter is what a busy machine adds.
func jitter() func() time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	return func() time.Duration { return time.Duration(random.Int64N(int64(50 * time.Millisecond))) }
}

// TestPaceFindsTheScrape begins at every time between two scrapes, with clocks
// that go apart, and looks at an hour and more.
func TestPaceFindsTheScrape(t *testing.T) {
	for _, row := range []struct {
		resolution, period time.Duration
		late               func() time.Duration
	}{
		{15 * time.Second, 15 * time.Second, punctual},
		{60 * time.Second, 60 * time.Second, punctual},
		{15 * time.Second, 15 * time.Second, lateBy(2 * time.Millisecond)},
		{15 * time.Second, 15 * time.Second, jitter()},
		{60 * time.Second, 60 * time.Second, jitter()},
		{15 * time.Second, 15*time.Second + 40*time.Millisecond, punctual},
		{15 * time.Second, 15*time.Second - 40*time.Millisecond, lateBy(time.Millisecond)},
		{60 * time.Second, 61 * time.Second, punctual},
	} {
		for phase := range 50 {
			from := pipeline{period: row.period, phase: row.period * time.Duration(phase) / 50}
			name := fmt.Sprintf("resolution %v, period %v, phase %v", row.resolution, row.period, from.phase)
			looks := follow(&pace{}, from, row.resolution, row.period, row.period+240*row.period, row.late)
			checkPace(t, name, after(looks, row.period+2*row.resolution), row.resolution)
		}
	}
}

// after leaves out what was read before some time.
func after(looks []look, at time.Duration) []look {
	return slices.DeleteFunc(looks, func(l look) bool { return l.at < at })
}

// checkPace: reads with news come soon after a scrape, none is missed, and few
// reads bring nothing.
func checkPace(t *testing.T, name string, looks []look, resolution time.Duration) {
	t.Helper()
	stale := 0
	for i, l := range looks {
		if l.fresh && l.age > resolution/steps+resolution/lead {
			t.Errorf("%s: a read comes %v after the scrape", name, l.age)
		}
		if !l.fresh {
			stale++
		}
		if i > 0 && l.at-looks[i-1].at > resolution+resolution/lead {
			t.Errorf("%s: %v between two reads", name, l.at-looks[i-1].at)
		}
	}
	if stale > len(looks)/6 {
		t.Errorf("%s: %d of %d reads bring nothing", name, stale, len(looks))
	}
}

// TestPaceOfAContinuousPipeline: one that computes at the time of the request
// is read once a resolution.
func TestPaceOfAContinuousPipeline(t *testing.T) {
	p := &pace{}
	for range longestSearch {
		p.after(true, scrapes)
	}
	for range 1000 {
		if got := p.after(true, scrapes); got < scrapes-scrapes/lead || got > scrapes {
			t.Fatalf("%v to the next read, want about %v", got, scrapes)
		}
	}
}

// TestPaceOfAFrozenPipeline: one that stopped is not read more often for it,
// and is found again when it is back.
func TestPaceOfAFrozenPipeline(t *testing.T) {
	const stops, back, end = 100 * scrapes, 200 * scrapes, 300 * scrapes
	for phase := range 50 {
		from := pipeline{period: scrapes, phase: scrapes * time.Duration(phase) / 50, frozenFrom: stops, frozenTo: back}
		looks := follow(&pace{}, from, scrapes, scrapes, end, punctual)
		var stopped, returned []look
		for i, l := range looks {
			if i >= steps && l.at-looks[i-steps].at < scrapes {
				t.Errorf("phase %v: %d reads in one resolution", from.phase, steps+1)
			}
			switch {
			case l.at > stops+3*scrapes && l.at < back:
				stopped = append(stopped, l)
			case l.at > back+4*scrapes:
				returned = append(returned, l)
			}
		}
		if len(stopped) > 99 {
			t.Errorf("phase %v: %d reads in 97 resolutions of a frozen pipeline", from.phase, len(stopped))
		}
		checkPace(t, fmt.Sprintf("phase %v, back again", from.phase), returned, scrapes)
	}
}

func TestPaceWithoutAResolution(t *testing.T) {
	p := &pace{}
	for range 100 {
		if got := p.after(false, 0); got != unknownResolution {
			t.Fatalf("%v to the next read, want %v", got, unknownResolution)
		}
	}
	if got := p.afterFailure(0); got != unknownResolution {
		t.Errorf("%v to the next try, want %v", got, unknownResolution)
	}
}

// TestPaceAfterAFailure: what is new after a failure tells nothing about when
// it came.
func TestPaceAfterAFailure(t *testing.T) {
	p := &pace{}
	p.after(true, scrapes)
	p.after(false, scrapes)
	if got := p.afterFailure(scrapes); got != scrapes {
		t.Errorf("%v to the next try, want %v", got, scrapes)
	}
	if got := p.after(true, scrapes); got != scrapes/steps {
		t.Errorf("%v to the next read, want the search to go on", got)
	}
}

func TestRest(t *testing.T) {
	for _, row := range []struct{ wait, elapsed, atLeast, want time.Duration }{
		{15, 0, 0, 15},
		{15, 1, 0, 14},
		{15, 15, 0, 0},
		{15, 16, 0, 14},
		{15, 31, 0, 14},
		{15, 0, 15, 15},
		{15, 0, 16, 30},
		{15, 1, 14, 14},
		{15, 1, 15, 29},
		{15, 5, 60, 70},
	} {
		if got := rest(row.wait, row.elapsed, row.atLeast); got != row.want {
			t.Errorf("rest(%d, %d, %d) is %d, want %d", row.wait, row.elapsed, row.atLeast, got, row.want)
		}
	}
}
