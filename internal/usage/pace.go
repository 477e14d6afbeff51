package usage

import "time"

// pace is how a row goes on in time.
type pace struct {
	// until is up to when the row was summed up or had a gap, by the engine's own
	// clock.
	until time.Duration
	// newest is the time of the newest sample by then, in Unix seconds.
	newest int64
}

func newPace(s *step) *pace { return &pace{until: s.age - s.first} }

// next returns the time that the tick stands for. While no sample is new it
// stands for nothing, and neither does a gap. A row without pods uses nothing, and
// that is known.
func (n *pace) next(s *step, pods int, o *observation) time.Duration {
	if pods > 0 && o.newest == n.newest {
		return 0
	}
	length := min(s.age-n.until, s.longest)
	n.until, n.newest = max(n.until, s.age), o.newest
	isGap := int(o.lacking.lost)*tolerable > pods || pods > 0 && o.newest == 0
	if isGap {
		return 0
	}
	return max(length, 0)
}
