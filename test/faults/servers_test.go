package faults

import (
	"context"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/test/stage"
)

// quota is how many bytes etcd may store: what a scene takes, and some more to fill.
const quota = 48 << 20

// TestServers harms the API server and its etcd.
func TestServers(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1, stage.Options{EtcdQuota: quota})
	s.drill(t, s.apiServerRestarts())
	s.drill(t, s.etcdHangs())
	s.drill(t, s.etcdIsFull())
}

// Restarts come in series. Each makes the caches that client-go keeps of the operator's
// own kinds wait for twice as long as the one before, until there was none for a time.
const (
	series  = 4
	forgets = 2 * time.Minute
)

// apiServerRestarts kills it. It starts again with what etcd holds.
func (s *scene) apiServerRestarts() fault {
	return fault{
		name: "API server restarts", rounds: *restarts, lasts: 2 * time.Second,
		begin: func(t *testing.T, round int) {
			if round > 0 && round%series == 0 {
				<-time.After(forgets)
			}
			s.Server.Kill(t)
		},
		meanwhile: s.isOut,
		end:       func(t *testing.T, _ int) { s.Server.StartAgain(t) },
	}
}

// etcdHangs, as with a disk that does, so that the API server waits for it.
func (s *scene) etcdHangs() fault {
	return fault{
		name: "etcd hangs", rounds: *rounds, lasts: 10 * time.Second,
		begin:     func(t *testing.T, _ int) { s.Server.PauseEtcd(t, true) },
		meanwhile: s.isOut,
		end:       func(t *testing.T, _ int) { s.Server.PauseEtcd(t, false) },
	}
}

// etcdIsFull, so that it lets itself be read and takes nothing.
func (s *scene) etcdIsFull() fault {
	return fault{
		name: "etcd is full", rounds: *rounds, lasts: 10 * time.Second,
		begin:     func(t *testing.T, _ int) { s.Server.FillEtcd(t) },
		meanwhile: func(t *testing.T) { s.isOut(t); s.staysSilent(t, s.shop, s.aside) },
		end:       func(t *testing.T, _ int) { s.Server.EmptyEtcd(t) },
	}
}

// isOut wants the API server to take nothing.
func (s *scene) isOut(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.API.Create(ctx, stage.Namespace("nobody")); err == nil {
		t.Error("the API server takes what it is given: the fault is none")
	}
}
