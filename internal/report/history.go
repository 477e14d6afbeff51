package report

import (
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// historyPause is the time for which a new point of the history is no reason to
// write a status: a write sends the whole history.
const historyPause = 5 * time.Minute

func newHistory(h *history.View) *v1alpha1.History {
	if h == nil || len(h.Points) == 0 {
		return nil
	}
	out := &v1alpha1.History{Step: v1alpha1.NewDuration(h.Step)}
	for i := range h.Points {
		p := &h.Points[i]
		out.Points = append(out.Points, v1alpha1.HistoryPoint{
			Time:    v1alpha1.NewTimestamp(p.Start),
			Average: newAmounts(&p.Average),
			Maximum: newAmounts(&p.Maximum),
		})
	}
	return out
}

func newAmounts(sums *model.Sums) map[v1alpha1.ResourceName]v1alpha1.Quantity {
	out := make(map[v1alpha1.ResourceName]v1alpha1.Quantity, len(resources))
	for i, name := range resources {
		out[name] = measured(model.Resource(i), sums[i])
	}
	return out
}

// historyDue tells whether the history has a new point, so that the one before it
// is whole, and the stored one is old enough to be written again. A newest point
// that lies before the stored one is another clock's, or of another history.
func historyDue(now, published *v1alpha1.History) bool {
	if now == nil {
		return false
	}
	stored, ok := newestPoint(published)
	if !ok {
		return true
	}
	newest, _ := newestPoint(now)
	return newest.Before(stored) || newest.Sub(stored) >= historyPause
}

// newestPoint returns the time of the newest point; false where there is none, or
// none that can be read.
func newestPoint(h *v1alpha1.History) (start time.Time, ok bool) {
	if h == nil || len(h.Points) == 0 {
		return time.Time{}, false
	}
	start, err := h.Points[len(h.Points)-1].Time.Time()
	return start, err == nil
}

// ShortHistory is what a decision needs of a published history: its newest point's
// time.
func ShortHistory(h *v1alpha1.History) *v1alpha1.History {
	if h == nil || len(h.Points) == 0 {
		return nil
	}
	newest := h.Points[len(h.Points)-1].Time
	return &v1alpha1.History{Step: h.Step, Points: []v1alpha1.HistoryPoint{{Time: newest}}}
}

// HistoryShape is the history that a report wants; no points for none.
func HistoryShape(s *v1alpha1.ReportSettings) history.Shape {
	if s.History == nil {
		return history.Shape{}
	}
	return history.Shape{Step: parse(s.History.Step, 5*time.Minute), Points: int(s.History.Points)}
}
