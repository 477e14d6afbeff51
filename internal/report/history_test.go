package report

import (
	"math"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// usedOf is an amount of each resource, in nanocores and bytes.
func usedOf(cpu, memory int64) model.Sums { return model.Sums{}.Plus(model.Amounts{cpu, memory}) }

func somePublishedHistory() *v1alpha1.History {
	amounts := func(cpu, memory v1alpha1.Quantity) map[v1alpha1.ResourceName]v1alpha1.Quantity {
		return map[v1alpha1.ResourceName]v1alpha1.Quantity{"cpu": cpu, "memory": memory}
	}
	return &v1alpha1.History{Step: "5m", Points: []v1alpha1.HistoryPoint{
		{Time: "2026-01-31T08:45:00Z", Average: amounts("200m", "300Mi"), Maximum: amounts("310m", "301Mi")},
		{Time: "2026-01-31T08:55:00Z", Average: amounts("0", "0"), Maximum: amounts("0", "9216Ki")},
		{Time: "2026-01-31T09:00:00Z", Average: amounts("250m", "300Mi"), Maximum: amounts("250m", "300Mi")},
	}}
}

// someHistory lacks a step, has one of nothing, and one that is under way.
func someHistory() *history.View {
	return &history.View{Step: 5 * time.Minute, Points: []history.Point{
		{Start: now.Add(-15 * time.Minute), Observed: 5 * time.Minute, Average: usedOf(199_000_001, 300*mi), Maximum: usedOf(310_000_000, 301*mi)},
		{Start: now.Add(-5 * time.Minute), Observed: 5 * time.Minute, Average: usedOf(0, 0), Maximum: usedOf(0, 9*mi)},
		{Start: now, Observed: 15 * time.Second, Average: usedOf(250_000_000, 300*mi), Maximum: usedOf(250_000_000, 300*mi)},
	}}
}

// historyDecisions are about what alone a history gives reason to.
var historyDecisions = []decision{
	{"a point that goes on", "reported", "reported", func(f *Facts) { point(f, 0) }, Nothing},
	{"a point after five minutes", "reported", "reported", func(f *Facts) { point(f, 5*time.Minute) }, Everything},
	{"a point after a minute", "reported", "reported", func(f *Facts) { point(f, time.Minute) }, Nothing},
	{"a point after almost five minutes", "reported", "reported", func(f *Facts) { point(f, 5*time.Minute-time.Second) }, Nothing},
	{"a point after a day", "reported", "reported", func(f *Facts) { point(f, 24*time.Hour) }, Everything},
	{"a point before the stored one", "reported", "reported", func(f *Facts) { point(f, -time.Minute) }, Everything},
	{"a point without pods", "nothing selected", "nothing selected", func(f *Facts) { point(f, 0) }, Everything},
	{"somebody removed the history", "reported", "reported", func(f *Facts) { f.Published.History = nil }, Everything},
	{"somebody emptied the history", "reported", "reported", func(f *Facts) { f.Published.History.Points = nil }, Everything},
	{"a stored point that cannot be read", "reported", "reported", func(f *Facts) { f.Published.History.Points[2].Time = "x" }, Everything},
	{"no history any more", "reported", "reported", func(f *Facts) { f.View.History = nil }, Nothing},
	{"a point while there are no metrics", "reported", "no metrics", func(f *Facts) { point(f, time.Hour) }, ConditionsOnly},
}

// point makes the newest point of the history one that begins some time after the
// newest that was published.
func point(f *Facts, after time.Duration) {
	p := history.Point{Start: now.Add(after), Observed: time.Second, Average: usedOf(1, 1), Maximum: usedOf(1, 1)}
	f.View.History = &history.View{Step: time.Minute, Points: []history.Point{p}}
}

// TestDecideByShortHistory: what the cache keeps of a history is all that a
// decision needs.
func TestDecideByShortHistory(t *testing.T) {
	for _, row := range historyDecisions {
		f := afterwards(row.before, row.then, 0)
		row.change(f)
		f.Published.History = ShortHistory(f.Published.History)
		if got := Decide(f).Write; got != row.want {
			t.Errorf("%s: the decision is %d, want %d", row.name, got, row.want)
		}
	}
}

// longHistory has as many points as there can be, of amounts that need many digits.
func longHistory() *history.View {
	h := &history.View{Step: 24 * time.Hour}
	most := usedOf(math.MaxInt64, math.MaxInt64)
	for i := range history.MaxPoints {
		h.Points = append(h.Points, history.Point{Start: now.AddDate(0, 0, i), Observed: time.Hour, Average: most, Maximum: most})
	}
	return h
}

// TestLongHistoryFits: the longest history leaves most of the room to rows.
func TestLongHistoryFits(t *testing.T) {
	s := Build(&usage.View{History: longHistory()})
	if got := encoded(&s); len(s.History.Points) != history.MaxPoints || got > MaxBytes/4 {
		t.Errorf("%d points take %d bytes, at most %d leave room for rows", len(s.History.Points), got, MaxBytes/4)
	}
}
