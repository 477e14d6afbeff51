package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// Statistic is one number that stands for a row's usage over a window of time,
// in which each moment counts by its length.
type Statistic uint8

// The statistics. Average and Maximum are exact, percentiles within 1 %.
const (
	Average Statistic = iota
	Maximum
	P50
	P95
	P99
	// Current is no statistic but the value itself, where a threshold asks for it.
	Current
)

// percents are the percentiles.
var percents = map[Statistic]int{P50: 50, P95: 95, P99: 99}

// Covered is a trailing window as far as it was observed. It is zero where
// nothing was.
type Covered struct {
	Start, End time.Time
	Observed   time.Duration
}

// setStatistics sets the statistics of the rows that are shown and of the total.
func (v *View) setStatistics(r *report, shown []ranked, now time.Time) {
	if r.need.Window == 0 {
		return
	}
	v.Statistics = r.need.Statistics
	v.Window = v.Total.setStatistics(r.total.series, now, v.Statistics)
	for i := range shown {
		v.Rows[i].setStatistics(shown[i].row.series, now, v.Statistics)
	}
}

func (x *Row) setStatistics(n *series, now time.Time, wanted []Statistic) (c Covered) {
	if n == nil {
		return c
	}
	for r, window := range n.windows {
		if window == nil {
			continue
		}
		stats := window.Stats(now, percentsOf(wanted)...)
		if stats.Observed == 0 {
			continue
		}
		c = Covered{Start: stats.Start, End: stats.End, Observed: stats.Observed}
		x.Resources[r].Over = valuesOf(&stats, wanted)
	}
	return c
}

func percentsOf(wanted []Statistic) (out []int) {
	for _, s := range wanted {
		if percent, ok := percents[s]; ok {
			out = append(out, percent)
		}
	}
	return out
}

// valuesOf returns the values of the statistics that are wanted.
func valuesOf(stats *sketch.Stats, wanted []Statistic) []model.Sum {
	values, percentiles := make([]model.Sum, len(wanted)), stats.Percentiles
	for i, s := range wanted {
		switch s {
		case Average:
			values[i] = stats.Average
		case Maximum:
			values[i] = stats.Maximum
		default:
			values[i], percentiles = percentiles[0], percentiles[1:]
		}
	}
	return values
}
