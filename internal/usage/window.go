package usage

import (
	"math"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
)

// negligible is what clocks and rounding can take from a window that was observed
// in full.
const negligible = time.Second

// lookback is how a threshold's windows are read at a time.
type lookback struct {
	moment
	statistic Statistic
	window    time.Duration
	// carry is how old a sample may be that still counts.
	carry time.Duration
	// spread is used for one window after another.
	spread *sketch.Distribution
}

func (e *Engine) lookback(need *Need, now time.Time) lookback {
	if e.spread == nil {
		e.spread = new(sketch.Distribution)
	}
	return lookback{
		moment: moment{now: now, age: e.age(now)}, statistic: need.Alert.Statistic, window: need.Window,
		carry: e.carry(), spread: e.spread,
	}
}

// read turns the instant of a reading into the statistic of a row's values. The
// ceiling says how large they can have been where they were not observed.
func (l *lookback) read(x *Reading, n *series, ceiling func() int64) {
	if n == nil {
		x.Data, x.Value, x.Lower, x.Upper = MissingData, 0, 0, math.MaxInt64
		return
	}
	l.spread.Read(n.windows[valueWindow], l.now)
	gap := sketch.Gap{Length: l.unobserved(n, x.Data)}
	x.Value, x.Lower = l.of(sketch.Gap{}), l.of(gap)
	x.Upper = x.Value
	switch {
	case l.spread.Observed() == 0:
		x.Data, x.Upper = MissingData, ceiling()
	case gap.Length > 0:
		x.Data, x.Upper = Partial, max(l.atMost(gap, ceiling()), x.Value)
	case x.Data == MissingData:
		x.Data = Partial
	}
}

// of is the statistic of what was observed and a gap.
func (l *lookback) of(g sketch.Gap) int64 {
	switch l.statistic {
	case Average:
		return l.spread.Average(g).Int64()
	case Maximum:
		return l.spread.Maximum(g).Int64()
	default:
		return l.spread.Percentile(percents[l.statistic], g).Int64()
	}
}

// atMost is the statistic where the gap was as large as it can be.
func (l *lookback) atMost(g sketch.Gap, ceiling int64) int64 {
	if ceiling == math.MaxInt64 && l.statistic == Average {
		return math.MaxInt64
	}
	g.Value = model.Sum{}.Plus(ceiling)
	return l.of(g)
}

// unobserved is how much of the window no sample stands for: of as much of it as the
// row lived, and as its slots reach further back. What is carried is not missing.
func (l *lookback) unobserved(n *series, now Data) time.Duration {
	begin, end := max(l.age-l.window, n.since), l.age
	if now != MissingData && end-n.until <= l.carry {
		end = min(end, n.until)
	}
	observed := l.spread.Observed()
	if observed > 0 {
		begin = min(begin, l.age-l.now.Sub(l.spread.Start()))
	}
	if gap := end - begin - observed; gap >= negligible {
		return gap
	}
	return 0
}
