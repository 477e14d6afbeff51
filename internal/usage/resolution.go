package usage

import (
	"slices"
	"time"
)

// resolution observes the time between two samples of the metrics pipeline.
//
// A sample's window is that time for metrics-server. Other providers state a
// window of their own choice, such as 5m, and sample more often; then the gap
// between a pod's samples tells. So it is the smaller of the two medians.
type resolution struct {
	// value is in whole seconds; 0 before the first sample.
	value         time.Duration
	gaps, windows []time.Duration
}

// observedSamples bounds the work of a tick; a median needs no more.
const observedSamples = 512

func (r *resolution) observe(gap, window time.Duration) {
	if gap > 0 && len(r.gaps) < observedSamples {
		r.gaps = append(r.gaps, gap)
	}
	if window > 0 && len(r.windows) < observedSamples {
		r.windows = append(r.windows, window)
	}
}

// settle derives the value at the end of a tick. A difference of less than a
// tenth is jitter.
func (r *resolution) settle() {
	next := smaller(median(r.gaps), median(r.windows)).Round(time.Second)
	r.gaps, r.windows = r.gaps[:0], r.windows[:0]
	if next < time.Second || (next-r.value).Abs() <= r.value/10 {
		return
	}
	r.value = next
}

// smaller returns the smaller of two durations of which 0 is unknown.
func smaller(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return a + b
	}
	return min(a, b)
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}
