package poller

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr/testr"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var start = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)

const (
	scrapes = 15 * time.Second
	minute  = time.Minute
	// step is how exactly the tests look at the time.
	step = 100 * time.Millisecond
)

// fixture is a running poller.
type fixture struct {
	*Poller
	*cluster
	t         *testing.T
	fake      *testingclock.FakeClock
	announced []announcement
}

type announcement struct {
	at   time.Duration
	name string
}

// newFixture is for a synctest bubble.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	clock := testingclock.NewFakeClock(start)
	c := &cluster{clock: clock, unsampled: map[string]bool{}}
	f := &fixture{cluster: c, t: t, fake: clock}
	f.Poller = New(c, c, func() Feed { return c }, clock, testr.New(t))
	for _, kind := range []string{"UsageReport", "ClusterUsageReport"} {
		f.OnDue(kind, func(ids []usage.ID) {
			for _, id := range ids {
				if id.Kind != kind {
					t.Errorf("%v is announced as a %s", id, kind)
				}
				f.announced = append(f.announced, announcement{f.now(), id.Name})
			}
		})
	}
	return f
}

// running runs a test with a poller, which must end with its context and leave
// nothing behind.
func running(t *testing.T, test func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Start(ctx) }()
		f.settle()
		test(f)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the poller ends with %v", err)
		}
		if !f.closed {
			t.Error("the feed is still open")
		}
		if f.fake.HasWaiters() {
			t.Error("a timer is still running")
		}
	})
}

func (f *fixture) now() time.Duration { return f.fake.Since(start) }

// settle lets the poller do what is due now.
func (f *fixture) settle() {
	synctest.Wait()
	f.fake.Step(0)
	synctest.Wait()
}

// pass lets time pass.
func (f *fixture) pass(d time.Duration) {
	for end := f.now() + d; f.now() < end; {
		f.fake.Step(min(step, end-f.now()))
		f.settle()
	}
}

// serve adds a report about a namespace, "" for all.
func (f *fixture) serve(namespace, name string, interval time.Duration) usage.ID {
	f.t.Helper()
	id := usage.ID{Kind: "UsageReport", Namespace: namespace, Name: name}
	if namespace == "" {
		id.Kind = "ClusterUsageReport"
	}
	f.serveSpec(id, v1alpha1.ClusterSelection{}, interval)
	return id
}

// serveNodes adds a report of nodes.
func (f *fixture) serveNodes(name string, interval time.Duration) usage.ID {
	f.t.Helper()
	id := usage.ID{Kind: "ClusterUsageReport", Name: name}
	f.serveSpec(id, v1alpha1.ClusterSelection{Target: v1alpha1.TargetNodes}, interval)
	return id
}

func (f *fixture) serveSpec(id usage.ID, s v1alpha1.ClusterSelection, interval time.Duration) {
	f.t.Helper()
	plan, err := selection.Compile(id.Namespace, s)
	if err != nil {
		f.t.Fatal(err)
	}
	f.Serve(id, plan, usage.Need{}, interval)
	f.settle()
}

// forget forgets what was read and announced.
func (f *fixture) forget() { f.reads, f.nodeReads, f.announced = nil, nil, nil }

func (f *fixture) mustAnnounce(want ...announcement) {
	f.t.Helper()
	slices.SortFunc(f.announced, func(a, b announcement) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.name, b.name))
	})
	if !slices.Equal(f.announced, want) {
		f.t.Errorf("announced was %v, want %v", f.announced, want)
	}
}

func (f *fixture) mustRead(times int) {
	f.t.Helper()
	if len(f.reads) != times {
		f.t.Errorf("%d reads, want %d: %v", len(f.reads), times, f.reads)
	}
}

func (f *fixture) mustSay(reason string) {
	f.t.Helper()
	f.mustSayOf(model.Pods, reason)
}

func (f *fixture) mustSayOf(target model.Target, reason string) {
	f.t.Helper()
	got := ""
	if m := f.Metrics(target); m != nil {
		got = m.Reason
	}
	if got != reason {
		f.t.Errorf("the metrics of target %d are %q, want %q", target, got, reason)
	}
}

func (f *fixture) mustReadNodes(times int) {
	f.t.Helper()
	if len(f.nodeReads) != times {
		f.t.Errorf("%d reads of nodes, want %d: %v", len(f.nodeReads), times, f.nodeReads)
	}
}
