//go:build steppedclock

package main

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"k8s.io/utils/clock"
)

// clockStep is by how much a signal sets the clock.
const clockStep = 10 * time.Minute

// systemClock is one for tests that a signal sets: SIGUSR1 forward, SIGUSR2 back.
func systemClock() (clock.WithTicker, error) {
	c := &steppedClock{}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range signals {
			if s == syscall.SIGUSR1 {
				c.ahead.Add(int64(clockStep))
			} else {
				c.ahead.Add(-int64(clockStep))
			}
		}
	}()
	return c, nil
}

// steppedClock shows another time of day than the system. What waits waits as long as
// ever, as it does where the clock of a system is set.
type steppedClock struct {
	clock.RealClock
	ahead atomic.Int64
}

// Now has the reading of the monotonic clock that the system has.
func (c *steppedClock) Now() time.Time { return set(time.Now(), time.Duration(c.ahead.Load())) }

func (c *steppedClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// set moves the time of day and leaves the monotonic reading alone, for which the
// package time has no way. Beside such a reading, the time of day is in the first
// word: a flag, seconds in 33 bits and nanoseconds in 30, see time.Time.
func set(t time.Time, by time.Duration) time.Time {
	const nanoseconds = 30
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(int64(by/time.Second)) << nanoseconds
	return t
}
