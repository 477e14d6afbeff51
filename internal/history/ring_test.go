package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func cpu(n int64) model.Sums { return model.Sums{}.Plus(model.Amounts{n, 2 * n}) }

// cpuPoints says what a ring knows of the CPU: when each point begins after noon,
// how long was observed, average and maximum.
func cpuPoints(r *history.Ring) string {
	var out []string
	for _, p := range r.View().Points {
		out = append(out, fmt.Sprintf("%v+%v %.0f %.0f", p.Start.Sub(noon), p.Observed, p.Average[model.CPU].Float(), p.Maximum[model.CPU].Float()))
	}
	return strings.Join(out, ", ")
}

func mustHave(t *testing.T, what string, r *history.Ring, want string) {
	t.Helper()
	if got := cpuPoints(r); got != want {
		t.Errorf("%s: the points are %q, want %q", what, got, want)
	}
}

// minutesFromNoon returns a ring of minutes with a value each, from noon.
func minutesFromNoon(points int, values ...int64) *history.Ring {
	r := history.New(history.Shape{Step: time.Minute, Points: points})
	for i, value := range values {
		r.Add(noon.Add(time.Duration(i+1)*time.Minute), cpu(value), time.Minute)
	}
	return r
}

// TestSharedOut: what stood across a border counts on both sides, by its length.
func TestSharedOut(t *testing.T) {
	r := history.New(history.Shape{Step: time.Minute, Points: 5})
	r.Add(noon.Add(50*time.Second), cpu(10), 20*time.Second)
	r.Add(noon.Add(70*time.Second), cpu(40), 20*time.Second)
	mustHave(t, "over a border", r, "0s+30s 20 40, 1m0s+10s 40 40")
	r.Add(noon.Add(4*time.Minute), cpu(1), 130*time.Second)
	mustHave(t, "over three borders", r, "0s+30s 20 40, 1m0s+20s 21 40, 2m0s+1m0s 1 1, 3m0s+1m0s 1 1")
}

// TestGaps: no point is made up, and what is older than the ring reaches leaves.
func TestGaps(t *testing.T) {
	r := minutesFromNoon(4, 1, 2)
	r.Add(noon.Add(5*time.Minute), cpu(9), time.Second)
	mustHave(t, "with a gap", r, "1m0s+1m0s 2 2, 4m0s+1s 9 9")
	r.Add(noon.Add(time.Hour), cpu(3), time.Minute)
	mustHave(t, "after an hour", r, "59m0s+1m0s 3 3")
}

func TestResize(t *testing.T) {
	for _, row := range []struct {
		name  string
		shape history.Shape
		want  string
	}{
		{"the same", history.Shape{Step: time.Minute, Points: 5}, "0s+1m0s 1 1, 1m0s+1m0s 2 2, 2m0s+1m0s 3 3, 3m0s+1m0s 4 4, 4m0s+1m0s 5 5"},
		{"more points", history.Shape{Step: time.Minute, Points: 300}, "0s+1m0s 1 1, 1m0s+1m0s 2 2, 2m0s+1m0s 3 3, 3m0s+1m0s 4 4, 4m0s+1m0s 5 5"},
		{"fewer points", history.Shape{Step: time.Minute, Points: 2}, "3m0s+1m0s 4 4, 4m0s+1m0s 5 5"},
		{"twice the step", history.Shape{Step: 2 * time.Minute, Points: 5}, "0s+2m0s 2 2, 2m0s+2m0s 4 4, 4m0s+1m0s 5 5"},
		{"a long step", history.Shape{Step: time.Hour, Points: 5}, "0s+5m0s 3 5"},
		{"a long step and few points", history.Shape{Step: 2 * time.Minute, Points: 1}, "4m0s+1m0s 5 5"},
		// Steps of 90s begin at noon, 12:01:30, 12:03 and so on.
		{"a step that is no multiple", history.Shape{Step: 90 * time.Second, Points: 5}, "0s+1m0s 1 1, 1m30s+1m0s 3 3, 3m0s+1m0s 4 4"},
		{"beyond the bounds", history.Shape{Step: 100 * time.Hour, Points: 1000}, "-12h0m0s+5m0s 3 5"},
	} {
		r := minutesFromNoon(5, 1, 2, 3, 4, 5)
		r.Resize(row.shape)
		mustHave(t, row.name, r, row.want)
	}
	r := history.New(history.Shape{Step: time.Hour, Points: 5})
	r.Add(noon.Add(time.Hour), cpu(7), time.Hour)
	r.Resize(history.Shape{Step: time.Minute, Points: 5})
	mustHave(t, "a shorter step", r, "")
	r.Add(noon.Add(time.Hour), cpu(7), time.Minute)
	mustHave(t, "a shorter step, later", r, "59m0s+1m0s 7 7")
}

// TestRefused: what cannot be kept is told, and changes nothing.
func TestRefused(t *testing.T) {
	for name, add := range map[string]func(r *history.Ring) bool{
		"before the oldest step": func(r *history.Ring) bool { return r.Add(noon.Add(-time.Minute), cpu(1), time.Second) },
		"a negative value":       func(r *history.Ring) bool { return r.Add(noon.Add(time.Minute), cpu(-1), time.Second) },
		"a negative length":      func(r *history.Ring) bool { return r.Add(noon.Add(time.Minute), cpu(1), -time.Second) },
		"before 1970":            func(r *history.Ring) bool { return r.Add(time.UnixMilli(10), cpu(1), time.Second) },
		"in the far future":      func(r *history.Ring) bool { return r.Add(time.UnixMilli(1<<46+1), cpu(1), time.Second) },
		"too large a value": func(r *history.Ring) bool {
			return r.Add(noon.Add(time.Minute), model.Sums{model.SumOfWords(1<<16, 0)}, time.Second)
		},
	} {
		r := minutesFromNoon(3, 1, 2)
		if add(r) {
			t.Errorf("%s: was taken", name)
		}
		mustHave(t, name, r, "0s+1m0s 1 1, 1m0s+1m0s 2 2")
	}
	r := minutesFromNoon(3, 1, 2)
	if !r.Add(noon.Add(2*time.Minute), cpu(100), 0) {
		t.Error("what stood for no time was refused")
	}
	mustHave(t, "what stood for no time", r, "0s+1m0s 1 1, 1m0s+1m0s 2 2")
}
