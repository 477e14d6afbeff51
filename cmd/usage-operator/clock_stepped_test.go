//go:build steppedclock

package main

import (
	"testing"
	"time"
)

// TestSet: the time of day moves, and what was measured does not.
func TestSet(t *testing.T) {
	now := time.Now()
	for _, by := range []time.Duration{clockStep, -clockStep} {
		moved := set(now, by)
		if got := moved.Round(0).Sub(now.Round(0)); got != by {
			t.Errorf("the time of day moves by %s, want %s", got, by)
		}
		if got := moved.Sub(now); got != 0 {
			t.Errorf("the monotonic clock moves by %s", got)
		}
	}
}
