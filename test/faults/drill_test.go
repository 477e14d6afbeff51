package faults

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// fault is one, and what holds while it lasts.
type fault struct {
	// name is the one in docs/reliability.md.
	name string
	// rounds is how often it begins and ends.
	rounds     int
	begin, end func(t *testing.T, round int)
	// lasts is for how long at least.
	lasts time.Duration
	// meanwhile holds after the pods have crossed the level, until the end.
	meanwhile func(t *testing.T)
}

// drill puts a fault in, and wants all to be as before after its end.
func (s *scene) drill(t *testing.T, f fault) {
	t.Helper()
	t.Run(f.name, func(t *testing.T) {
		isPromised(t, f.name)
		var latest time.Duration
		for round := range f.rounds {
			over := time.After(f.lasts)
			f.begin(t, round)
			s.flip()
			f.meanwhile(t)
			<-over
			f.end(t, round)
			latest = max(latest, s.await(t, "what the fault has held up", s.isRight))
		}
		if latest > twoTicks {
			t.Errorf("all is as before %s after the end, want %s at most", latest, twoTicks)
		}
		s.await(t, "no time counts twice", s.isCountedOnce)
		now := s.isAsLarge(t)
		t.Logf("%d times; as before within %s; %d Events of each pod, each once; %s, before the first fault %s",
			f.rounds, latest.Round(100*time.Millisecond), len(s.shop.told), now, s.before)
	})
}

// isPromised wants a row of the documentation to promise what the fault proves.
func isPromised(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\n| "+name+" |") {
		t.Errorf("docs/reliability.md promises nothing of %q", name)
	}
}

// isAsLarge wants the leader to be as large as before the first fault. What a fault
// has left behind may take some time to go.
func (s *scene) isAsLarge(t *testing.T) (now size) {
	t.Helper()
	for begin := time.Now(); ; {
		now = s.leader(t).size(t)
		switch {
		case !now.exceeds(s.before):
			return now
		case time.Since(begin) > twoTicks:
			t.Errorf("the operator has %s, and had %s before the first fault", now, s.before)
			return now
		}
	}
}

// goesOn wants all of some tenants to be told while the fault lasts.
func (s *scene) goesOn(t *testing.T, tenants ...*tenant) {
	t.Helper()
	for _, n := range tenants {
		s.await(t, "what "+n.name+" tells goes on", func(ctx context.Context) error { return s.isTold(ctx, n) })
	}
}

// dark is for how long nothing must be told: some reads of the Metrics API.
const dark = 5 * time.Second

// staysSilent wants nothing to be told of some tenants, whose crossing the operator
// cannot have seen.
func (s *scene) staysSilent(t *testing.T, tenants ...*tenant) {
	t.Helper()
	<-time.After(dark)
	for _, n := range tenants {
		err := errors.Join(s.isToldByOwn(t.Context(), n, n.before.told), s.isToldByAll(t.Context(), n, n.before.toldAll))
		if err != nil {
			t.Errorf("it must not be known: %v", err)
		}
	}
}
