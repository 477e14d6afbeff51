package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// pipeline is how a provider of metrics stamps its samples.
type pipeline struct {
	name string
	// poll is the time between two reads, scrape between two samples; 0 stamps
	// each answer anew.
	poll, scrape time.Duration
	window       time.Duration
	want         time.Duration
}

func TestResolution(t *testing.T) {
	for _, p := range []pipeline{
		{"metrics-server as shipped", 15 * time.Second, 15 * time.Second, 15 * time.Second, 15 * time.Second},
		{"metrics-server by its flags", 60 * time.Second, 60 * time.Second, 60 * time.Second, 60 * time.Second},
		{"polled too often", 5 * time.Second, 60 * time.Second, 60 * time.Second, 60 * time.Second},
		{"polled too seldom", 70 * time.Second, 15 * time.Second, 15 * time.Second, 15 * time.Second},
		{"windows with jitter", 15 * time.Second, 15 * time.Second, 15*time.Second + 321*time.Millisecond, 15 * time.Second},
		{"long windows", 30 * time.Second, 30 * time.Second, 5 * time.Minute, 30 * time.Second},
		{"long windows, stamped at each read", 20 * time.Second, 0, 5 * time.Minute, 20 * time.Second},
		{"no windows", 15 * time.Second, 30 * time.Second, 0, 30 * time.Second},
		{"windows of less than a second", 15 * time.Second, 15 * time.Second, 300 * time.Millisecond, 0},
	} {
		t.Run(p.name, func(t *testing.T) {
			e := usage.New()
			for i := range 5 {
				e.Apply(present(newPod("data", fmt.Sprint("web-", i), "app")))
			}
			for now := time.Duration(0); now < 10*time.Minute; now += p.poll {
				p.tick(e, now)
			}
			if got := e.Resolution(); got != p.want {
				t.Errorf("resolution %v, want %v", got, p.want)
			}
		})
	}
}

func (p pipeline) tick(e *usage.Engine, now time.Duration) {
	var samples []sampled
	for i := range 5 {
		stamp := now - time.Duration(i)*time.Millisecond
		if p.scrape > 0 {
			offset := time.Duration(i) * p.scrape / 5
			stamp = (now + offset).Truncate(p.scrape) - offset
		}
		s := one("data", fmt.Sprint("web-", i), start.Add(stamp), 1)
		s.window = p.window
		samples = append(samples, s)
	}
	e.Tick(answerOf(start.Add(now), samples...))
}

func TestResolutionChanges(t *testing.T) {
	e, _ := running(t)
	if got := e.Resolution(); got != 0 {
		t.Errorf("resolution %v before the first sample", got)
	}
	for i, step := range []struct{ window, want time.Duration }{
		{0, 0},
		{60 * time.Second, 60 * time.Second},
		{65 * time.Second, 60 * time.Second}, // jitter
		{67 * time.Second, 67 * time.Second},
		{15 * time.Second, 15 * time.Second},
		{14 * time.Second, 15 * time.Second},
		{15*time.Second + 700*time.Millisecond, 15 * time.Second},
		{0, 15 * time.Second},
	} {
		s := one("data", "web", at(float64(i)*1000), 1)
		s.window = step.window
		if step.window == 0 {
			s.time = time.Time{}
		}
		e.Tick(answerOf(at(float64(i)*1000), s))
		if got := e.Resolution(); got != step.want {
			t.Errorf("step %d, a window of %v: resolution %v, want %v", i, step.window, got, step.want)
		}
	}
	if got := view(t, e, clusterReport).Resolution; got != 15*time.Second {
		t.Errorf("the view says %v", got)
	}
}
