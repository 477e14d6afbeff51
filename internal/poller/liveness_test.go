package poller

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func (f *fixture) mustBeAlive(want bool) {
	f.t.Helper()
	if err := f.Alive(); (err == nil) != want {
		f.t.Errorf("at %s the poller is alive: %t, want %t: %v", f.now(), err == nil, want, err)
	}
}

// TestAlive: with reports and without, whether the Metrics API answers or not.
func TestAlive(t *testing.T) {
	running(t, func(f *fixture) {
		f.pass(2 * idleCheck)
		f.mustBeAlive(true)
		f.addPod("shop", "web")
		f.serve("shop", "shop", minute)
		for range 10 {
			f.pass(minute)
			f.mustBeAlive(true)
		}
		f.err = errors.New("away")
		for range 10 {
			f.pass(minute)
			f.mustBeAlive(true)
		}
		f.err, f.takes = nil, podsTimeout
		f.pass(10 * minute)
		f.mustBeAlive(true)
	})
}

// TestHangs: a round that does not end, for whatever reason, is noticed, and
// forgiven when it ends after all.
func TestHangs(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.serve("shop", "shop", minute)
		hung := make(chan struct{})
		f.during = func(context.Context) { <-hung }
		f.pass(scrapes)
		f.mustBeAlive(true)
		f.pass(longestRound - scrapes)
		f.mustBeAlive(true)
		f.pass(scrapes + step)
		f.mustBeAlive(false)
		f.during = nil
		close(hung)
		f.settle()
		f.mustBeAlive(true)
	})
}

// TestMissesItsTimer steps over the time at which a timer should have fired,
// before the loop can notice.
func TestMissesItsTimer(t *testing.T) {
	var l liveness
	l.waits(start)
	if err := l.check(start.Add(late)); err != nil {
		t.Errorf("a timer that is as late as it may be: %v", err)
	}
	if l.check(start.Add(late+time.Second)) == nil {
		t.Error("a timer that did not fire goes unnoticed")
	}
	l.ends()
	if err := l.check(start.Add(time.Hour)); err != nil {
		t.Errorf("a loop that has ended: %v", err)
	}
}

// TestAliveBeforeSync: a large cluster takes long to read, and a standby waits for
// as long as there is a leader.
func TestAliveBeforeSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.notSynced = make(chan struct{})
		f.fake.Step(24 * time.Hour)
		f.mustBeAlive(true)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Start(ctx) }()
		f.pass(time.Hour)
		f.mustBeAlive(true)
		cancel()
	})
}
