package faults

import (
	"syscall"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/test/stage"
)

// TestClock sets the clock of the operator, and not that of the Metrics API.
func TestClock(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1, stage.Options{Tags: []string{"steppedclock"}})
	s.drill(t, s.clockSteps())
}

// clockSteps sets the clock ten minutes back and forward again, or the other way round.
func (s *scene) clockSteps() fault {
	steps := []syscall.Signal{syscall.SIGUSR2, syscall.SIGUSR1}
	step := func(t *testing.T, to syscall.Signal) {
		if err := s.replicas[0].Signal(to); err != nil {
			t.Fatal(err)
		}
	}
	return fault{
		name: "clock steps by ten minutes", rounds: 2 * *rounds, lasts: 5 * time.Second,
		begin: func(t *testing.T, round int) { step(t, steps[round%2]) },
		meanwhile: func(t *testing.T) {
			s.goesOn(t, s.shop, s.aside)
			if took := s.await(t, "all is shown meanwhile", s.isRight); took > twoTicks {
				t.Errorf("what is told is shown after %s, want %s at most", took, twoTicks)
			}
		},
		end: func(t *testing.T, round int) { step(t, steps[(round+1)%2]) },
	}
}
