package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	clocktesting "k8s.io/utils/clock/testing"
)

// TestVigil: a leader that was asleep for as long as its lease lasts ends, and no other.
func TestVigil(t *testing.T) {
	for _, row := range []struct {
		name  string
		sleep time.Duration
		ends  bool
	}{
		{"awake", time.Second, false},
		{"late", leaseDuration - time.Second, false},
		{"asleep", leaseDuration, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake := clocktesting.NewFakeClock(time.Now())
			ended := false
			v := newVigil(fake, logr.Discard())
			v.end = func(int) { ended = true }
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { _ = v.Start(ctx) }()
			for _, pause := range []time.Duration{time.Second, row.sleep, time.Second} {
				synctest.Wait()
				fake.Step(pause)
			}
			synctest.Wait()
			if ended != row.ends {
				t.Errorf("%s: it ends: %t", row.name, ended)
			}
		})
	}
}
