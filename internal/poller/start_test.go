package poller

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestEndsWhileWaitingForSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.notSynced = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Start(ctx) }()
		f.serve("shop", "shop", minute)
		f.pass(minute)
		f.mustRead(0)
		if f.Synced() {
			t.Error("it is synced")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the poller ends with %v", err)
		}
	})
}

// TestReadsAfterSync: reports that come before the inventory has synced are
// read for at once when it has.
func TestReadsAfterSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.notSynced = make(chan struct{})
		f.addPod("shop", "web")
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Start(ctx) }()
		f.serve("shop", "shop", minute)
		f.pass(minute)
		close(f.notSynced)
		f.settle()
		f.mustRead(1)
		f.mustAnnounce(announcement{minute, "shop"})
		cancel()
	})
}

// TestEndsDuringARead: the end of the context is not news about the metrics.
func TestEndsDuringARead(t *testing.T) {
	var f *fixture
	running(t, func(running *fixture) {
		f = running
		f.addPod("shop", "web")
		f.serve("shop", "shop", minute)
		f.forget()
		f.during = func(ctx context.Context) { <-ctx.Done() }
		f.pass(scrapes)
	})
	if len(f.reads) != 1 || len(f.announced) != 0 || !f.Metrics(model.Pods).Available {
		t.Errorf("%d reads, announced was %v, the metrics are %+v", len(f.reads), f.announced, f.Metrics(model.Pods))
	}
}

func TestStarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.notSynced = make(chan struct{})
		f.fake.Step(time.Hour) // a standby
		if !f.Starting(model.Pods) {
			t.Error("a standby that becomes the leader is not starting")
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Start(ctx) }()
		f.settle()
		f.pass(startup - step)
		if !f.Starting(model.Pods) {
			t.Error("it is not starting just before the time is over")
		}
		f.pass(step)
		if f.Starting(model.Pods) {
			t.Error("it is still starting when the time is over")
		}
		cancel()
	})
}

func TestStartingEndsWithTheFirstRead(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		if !f.Starting(model.Pods) {
			t.Error("it is not starting before the first read")
		}
		f.serve("shop", "shop", minute)
		if f.Starting(model.Pods) {
			t.Error("it is still starting after the first read")
		}
	})
}
