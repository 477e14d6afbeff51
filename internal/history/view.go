package history

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// View is a ring as it is shown. It is immutable.
type View struct {
	Step time.Duration
	// Points are in the order of time. The step of the last can be under way.
	Points []Point
}

// Point is a step of which something was observed.
type Point struct {
	// Start is when the step begins.
	Start time.Time
	// Observed is how much of it was observed.
	Observed time.Duration
	// Average is the mean over what was observed, rounded to the nearest integer,
	// a half up. Maximum is exact.
	Average, Maximum model.Sums
}

// View returns the points of the ring.
func (r *Ring) View() *View {
	v := &View{Step: milliseconds(r.step), Points: make([]Point, len(r.points))}
	for i := range r.points {
		p := &r.points[i]
		v.Points[i] = Point{
			Start:    time.UnixMilli(p.start).UTC(),
			Observed: milliseconds(int64(p.weight)),
			Average:  p.averages(),
			Maximum:  p.maxima,
		}
	}
	return v
}
