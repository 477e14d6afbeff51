//go:build fastclock

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/clock"
)

// clockVariable names the variable of the environment that sets the clock: an instant
// of the system's clock, the instant that is shown then, and how many times as fast
// it runs.
const clockVariable = "USAGE_OPERATOR_CLOCK"

// systemClock is one for tests in which an hour ends after seconds.
func systemClock() (clock.WithTicker, error) {
	parts := strings.Split(os.Getenv(clockVariable), ",")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s=%q is not of three parts", clockVariable, os.Getenv(clockVariable))
	}
	var c fastClock
	var err error
	if c.from, err = time.Parse(time.RFC3339Nano, parts[0]); err != nil {
		return nil, err
	}
	if c.shown, err = time.Parse(time.RFC3339Nano, parts[1]); err != nil {
		return nil, err
	}
	c.rate, err = strconv.Atoi(parts[2])
	return &c, err
}

// fastClock makes all that waits wait shorter.
type fastClock struct {
	clock.RealClock
	from, shown time.Time
	rate        int
}

func (c *fastClock) shorter(d time.Duration) time.Duration { return max(d/time.Duration(c.rate), 1) }

func (c *fastClock) Now() time.Time { return c.shown.Add(time.Since(c.from) * time.Duration(c.rate)) }

func (c *fastClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *fastClock) After(d time.Duration) <-chan time.Time { return time.After(c.shorter(d)) }

func (c *fastClock) NewTimer(d time.Duration) clock.Timer {
	return &fastTimer{c.RealClock.NewTimer(c.shorter(d)), c}
}

func (c *fastClock) NewTicker(d time.Duration) clock.Ticker {
	return c.RealClock.NewTicker(c.shorter(d))
}

func (c *fastClock) Tick(d time.Duration) <-chan time.Time { return c.NewTicker(d).C() }

func (c *fastClock) Sleep(d time.Duration) { c.RealClock.Sleep(c.shorter(d)) }

type fastTimer struct {
	clock.Timer
	clock *fastClock
}

func (t *fastTimer) Reset(d time.Duration) bool { return t.Timer.Reset(t.clock.shorter(d)) }
