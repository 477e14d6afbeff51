package poller

import "time"

const (
	// idleCheck is how long the loop rests when no report wants it. A new
	// report wakes it.
	idleCheck = time.Hour
	// unknownResolution is the time between reads while the resolution is not
	// known yet: the finest that metrics-server serves.
	unknownResolution = 10 * time.Second
	// steps is the number of reads in one resolution while in search of the
	// scrape.
	steps = 5
	// longestSearch is the number of reads after which a search is given up.
	// The first read may come just before a scrape and look as if it came just
	// after one; then the next scrape is met by the seventh.
	longestSearch = steps + 3
	// lead is the part of a resolution by which reads in whole resolutions
	// come earlier each time.
	lead = 100
)

// pace keeps the reads in step with the scrapes of the metrics pipeline: a read
// should come just after a scrape, or its numbers are a resolution old.
//
// Reads go in fifths of a resolution until one with new samples follows one
// without: between them was the scrape. From there they go in whole resolutions,
// less a hundredth, so that they never drift away from the scrape: sooner or
// later one comes too early, brings nothing new, and starts a search that ends
// with the next read.
//
// A search also ends when all its reads were alike. A pipeline that computes at
// the time of the request always brings news; then any time is right. One that
// has stopped never does; then the next search begins when it is back.
type pace struct {
	// locked tells that reads go in whole resolutions.
	locked bool
	// stale tells that the last read brought nothing new.
	stale bool
	// sought counts the reads of a search.
	sought int
}

// after returns the time from one read to the next. fresh tells whether it
// brought new samples.
func (p *pace) after(fresh bool, resolution time.Duration) time.Duration {
	if resolution == 0 {
		return unknownResolution
	}
	if p.locked && fresh == p.stale {
		*p = pace{}
	}
	if !p.locked {
		p.sought++
		p.locked = p.stale && fresh || p.sought >= longestSearch
	}
	p.stale = !fresh
	if p.locked {
		return resolution - resolution/lead
	}
	return max(resolution/steps, time.Second)
}

// afterFailure returns the time from a failed read to the next one.
func (p *pace) afterFailure(resolution time.Duration) time.Duration {
	p.stale = p.stale && p.locked // a search cannot tell what came meanwhile
	if resolution == 0 {
		return unknownResolution
	}
	return resolution
}

// rest returns how long to wait from now on when reads are wait apart and the
// last one began elapsed ago, but at least some time. Reads that would come too
// early are left out, so that the others keep the pace.
func rest(wait, elapsed, atLeast time.Duration) time.Duration {
	return time.Duration(missed(wait, elapsed, atLeast)+1)*wait - elapsed
}

// missed returns how many reads that leaves out.
func missed(wait, elapsed, atLeast time.Duration) int64 { return int64((elapsed + atLeast - 1) / wait) }
