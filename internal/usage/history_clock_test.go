package usage

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// TestHistoryWithTheClockPutBack: beyond what it reaches, a history begins anew
// rather than wait for that time to come again. Within, it goes on.
func TestHistoryWithTheClockPutBack(t *testing.T) {
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var n series
	n.keep(history.Shape{Step: time.Minute, Points: 3})
	for _, row := range []struct {
		at     time.Duration
		points int
	}{{time.Hour, 1}, {time.Hour + time.Minute, 2}, {time.Hour, 2}, {time.Minute, 1}, {2 * time.Minute, 2}} {
		n.record(noon.Add(row.at), model.Sums{}.Plus(model.Amounts{1, 1}), 15*time.Second)
		if got := len(n.recorded().Points); got != row.points {
			t.Errorf("after a sample of %s there are %d points, want %d", row.at, got, row.points)
		}
	}
	first := n.recorded().Points[0]
	if want := noon; !first.Start.Equal(want) || first.Observed != 15*time.Second {
		t.Errorf("the first point is %+v, want one of %s", first, want)
	}
}
