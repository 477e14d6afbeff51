package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// The bounds of a shape.
const (
	MinStep   = time.Minute
	MaxStep   = 24 * time.Hour
	MaxPoints = 300
)

// maxTime is the last time that is taken, in milliseconds: in the year 4011. The
// first is in 1970.
const maxTime = 1 << 46

// Shape is how fine a history is and how far it reaches back.
type Shape struct {
	// Step is the length of time that a point stands for, in whole seconds.
	Step time.Duration
	// Points is the number of steps that the history covers; 0 for none.
	Points int
}

// Ring keeps the points of the newest steps. It must not be used concurrently.
type Ring struct {
	// step is in milliseconds.
	step int64
	most int
	// points are sorted by their starts. From the first to the last there are at
	// most so many steps.
	points []point
}

// New returns an empty ring.
func New(s Shape) *Ring {
	r := new(Ring)
	r.setShape(s)
	return r
}

// setShape takes what is within the bounds, else the nearest.
func (r *Ring) setShape(s Shape) {
	r.step = min(max(s.Step, MinStep), MaxStep).Truncate(time.Second).Milliseconds()
	r.most = min(max(s.Points, 1), MaxPoints)
}

// Shape returns the shape of the ring.
func (r *Ring) Shape() Shape { return Shape{Step: milliseconds(r.step), Points: r.most} }

// Add takes values, in nanocores and bytes, that stood for a length of time up to
// at. Times are cut to milliseconds.
//
// It returns false where they were not taken: because they stood before the oldest
// step that is kept, or are beyond the bounds. A caller whose clock was set back by
// more than the ring reaches will want a new one.
func (r *Ring) Add(at time.Time, values model.Sums, length time.Duration) bool {
	to := at.UnixMilli()
	from := to - length.Milliseconds()
	if from < 0 || from > to || to > maxTime || !areBounded(values) {
		return false
	}
	if from == to {
		return true
	}
	oldest := r.reach(to)
	r.forget(oldest)
	if to <= oldest {
		return false
	}
	return r.share(max(from, oldest), to, values)
}

// share adds the values to each step for as long as they stood in it.
func (r *Ring) share(from, to int64, values model.Sums) (taken bool) {
	taken = true
	for begin := from; begin < to; {
		start := r.startOf(begin)
		end := min(start+r.step, to)
		taken = r.pointAt(start).add(&values, uint64(end-begin)) && taken
		begin = end
	}
	return taken
}

// startOf returns the start of the step that a time lies in.
func (r *Ring) startOf(at int64) int64 { return at - at%r.step }

// reach returns the start of the oldest step that is kept when something was
// observed up to a time.
func (r *Ring) reach(to int64) int64 {
	newest := r.startOf(to - 1)
	if n := len(r.points); n > 0 {
		newest = max(newest, r.points[n-1].start)
	}
	return newest - int64(r.most-1)*r.step
}

// forget lets the points go that start before the oldest step.
func (r *Ring) forget(oldest int64) {
	at, _ := r.find(oldest)
	r.points = slices.Delete(r.points, 0, at)
}

// find returns where the point of a step is, or would be.
func (r *Ring) find(start int64) (at int, found bool) {
	return slices.BinarySearchFunc(r.points, start, func(p point, start int64) int { return cmp.Compare(p.start, start) })
}

// pointAt returns the point of a step, a new one where there is none.
func (r *Ring) pointAt(start int64) *point {
	at, found := r.find(start)
	if !found {
		r.points = slices.Insert(r.points, at, point{start: start})
	}
	return &r.points[at]
}

// Resize changes the shape of the ring, and keeps of its points what is still
// true.
func (r *Ring) Resize(s Shape) {
	before, points := r.step, r.points
	r.setShape(s)
	if r.step != before {
		r.points = nil
		for i := range points {
			r.take(&points[i], before)
		}
	}
	if n := len(r.points); n > 0 {
		r.forget(r.reach(r.points[n-1].start + 1))
	}
}

// take merges a point of another step, unless it lies across a border.
func (r *Ring) take(p *point, length int64) {
	if start := r.startOf(p.start); p.start+length <= start+r.step {
		r.pointAt(start).merge(p)
	}
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
