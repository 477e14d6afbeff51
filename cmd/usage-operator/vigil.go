package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
)

// leaseDuration is for how long a lease lasts that is not renewed.
const leaseDuration = 15 * time.Second

// vigil ends a leader that was stopped, or starved, for longer than its lease lasts,
// as soon as it goes on. Another replica leads by then. The elector notices after ten
// more seconds of failing to renew, in which both would write.
type vigil struct {
	clock clock.WithTicker
	log   logr.Logger
	end   func(code int)
}

// addVigil adds one where there is a lease.
func addVigil(mgr ctrl.Manager, clock clock.WithTicker, o *options) error {
	if !o.leaderElection {
		return nil
	}
	return mgr.Add(newVigil(clock, mgr.GetLogger().WithName("vigil")))
}

func newVigil(clock clock.WithTicker, log logr.Logger) *vigil {
	return &vigil{clock: clock, log: log, end: os.Exit}
}

// NeedLeaderElection makes the manager run it on the leader only.
func (v *vigil) NeedLeaderElection() bool { return true }

// Start watches until ctx ends. It ends the program at once, without the writes of a
// graceful end: they would be those of a leader.
func (v *vigil) Start(ctx context.Context) error {
	ticker := v.clock.NewTicker(time.Second)
	defer ticker.Stop()
	last := v.clock.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C():
		}
		now := v.clock.Now()
		if asleep := now.Sub(last); asleep >= leaseDuration {
			v.log.Error(fmt.Errorf("nothing has happened for %s", asleep.Round(time.Second)),
				"The lease is over and another replica may lead: this one ends, to start anew")
			v.end(1)
			return nil
		}
		last = now
	}
}
