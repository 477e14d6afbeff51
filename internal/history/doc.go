// Package history keeps what a total was in the past: its average and its maximum
// in each step of time, for a plot.
//
//	r := history.New(history.Shape{Step: 5 * time.Minute, Points: 288})
//	r.Add(now, usage, 15*time.Second)
//	v := r.View()
//
// # Points
//
// Steps are stretches of absolute time: they begin at multiples of their length
// since 1970, in UTC, so that those of two reports stand side by side. A value
// that stood for some time is shared out among the steps which that time lies in,
// to the millisecond. A point is a step of which something was observed: for how
// long, the sum of value × time, and the maximum. All of them are exact; the
// average is divided and rounded when it is shown.
//
// A step of which nothing was observed has no point: a gap is a gap. So the ring
// reaches back so many steps before the newest point, and has at most so many
// points. What is older leaves. The package knows no clock: where values come from
// before, the clock was set back, and they join the steps that they belong to.
//
// # Another shape
//
// A change of the shape keeps what it can. With fewer points the newest stay. With
// a longer step, the points that lie wholly in one new step become its point, each
// by what was observed of it; one that lies across the border of two belongs to
// neither and leaves. With a shorter step all leave: what an hour was on average
// does not tell what its minutes were.
package history
