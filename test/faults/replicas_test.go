package faults

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// TestReplicas harms the operators themselves. Two are there, with the lease and its
// durations as they are shipped.
func TestReplicas(t *testing.T) {
	t.Parallel()
	s := newScene(t, 2, stage.Options{})
	history := s.watchStatuses(t)
	s.drill(t, s.leaderSleeps())
	s.drill(t, s.bothAreKilled())
	history.isForward(t)
}

// asleep is for how long the leader is stopped: longer than its lease lasts.
const asleep = 30 * time.Second

// leaderSleeps stops the leader while it writes, and lets it go on when another has
// led for a while. What it was about to write arrives only then.
func (s *scene) leaderSleeps() fault {
	var h *hold
	var sleeper *replica
	return fault{
		name: "leader sleeps", rounds: *rounds, lasts: asleep,
		begin: func(t *testing.T, _ int) {
			sleeper = s.leader(t)
			h = s.holdWrites()
		},
		meanwhile: func(t *testing.T) {
			s.await(t, "the leader writes", h.isHolding)
			if err := sleeper.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			s.Proxy.Inject(nil)
			before := s.checkpoints(t)
			s.goesOn(t, s.shop, s.aside)
			s.await(t, "the other stores all", func(context.Context) error { return isReplaced(before, s.checkpoints(t)) })
			h.isRefused(t)
		},
		end: func(t *testing.T, _ int) {
			if err := sleeper.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			s.await(t, "who was asleep ends", func(context.Context) error {
				if sleeper.Alive() {
					return errors.New("it does not")
				}
				return nil
			})
			if err := sleeper.Again(); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// bothAreKilled, and started again.
func (s *scene) bothAreKilled() fault {
	each := func(t *testing.T, do func(*replica) error) {
		for _, r := range s.replicas {
			if err := do(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return fault{
		name: "both replicas are killed", rounds: *rounds,
		begin:     func(t *testing.T, _ int) { each(t, func(r *replica) error { return r.Kill() }) },
		meanwhile: func(t *testing.T) { s.staysSilent(t, s.shop, s.aside) },
		end:       func(t *testing.T, _ int) { each(t, func(r *replica) error { return r.Again() }) },
	}
}

// hold keeps writes on their way to the API server.
type hold struct {
	release chan struct{}
	on      sync.WaitGroup

	mu sync.Mutex
	// held counts the writes, and accepted are those of them that were taken.
	held     int
	accepted []string
}

// holdWrites holds all writes but those of leases.
func (s *scene) holdWrites() *hold {
	h := &hold{release: make(chan struct{})}
	s.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet || strings.Contains(r.URL.Path, "/leases") {
			return false
		}
		h.on.Add(1)
		defer h.on.Done()
		h.note(func() { h.held++ })
		<-h.release
		answer := httptest.NewRecorder()
		s.Proxy.Forward(answer, r)
		if answer.Code < http.StatusBadRequest {
			h.note(func() { h.accepted = append(h.accepted, r.Method+" "+r.URL.Path) })
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		return true
	})
	return h
}

func (h *hold) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// isHolding wants at least a write of each threshold to be held: these store what they
// are about to tell.
func (h *hold) isHolding(context.Context) (err error) {
	const thresholds = 3
	h.note(func() {
		if h.held < thresholds {
			err = fmt.Errorf("%d writes are held, want %d", h.held, thresholds)
		}
	})
	return err
}

// checkpoints are the versions of all checkpoints that reports and thresholds have, by
// name, without their bases.
func (s *scene) checkpoints(t *testing.T) map[string]string {
	t.Helper()
	var list v1alpha1.UsageCheckpointList
	if err := s.API.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for i := range list.Items {
		if c := &list.Items[i]; c.Labels[v1alpha1.OwnerUIDLabel] == c.Name {
			versions[c.Name] = c.ResourceVersion
		}
	}
	return versions
}

// isReplaced wants each checkpoint to have another version.
func isReplaced(before, now map[string]string) error {
	for name, version := range before {
		if now[name] == version {
			return fmt.Errorf("the checkpoint %s is as it was", name)
		}
	}
	return nil
}

// isRefused lets the writes go, and wants none of them to be taken.
func (h *hold) isRefused(t *testing.T) {
	t.Helper()
	close(h.release)
	h.on.Wait()
	h.note(func() {
		if len(h.accepted) > 0 {
			t.Errorf("of %d stale writes are taken: %q", h.held, h.accepted)
		}
		t.Logf("%d stale writes were refused", h.held-len(h.accepted))
	})
}
