package faults

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/usage-operator/usage-operator/test/stage"
)

// TestRequests lets requests of the operator fail.
func TestRequests(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1, stage.Options{})
	s.drill(t, s.watchesExpire())
	s.drill(t, s.requestsFail())
	s.drill(t, s.networkIsCut())
}

// watchesExpire answers all watches with 410 Gone: the first of two at once, the
// second as one that was under way.
func (s *scene) watchesExpire() fault {
	gone := apierrors.NewResourceExpired("too old resource version").Status()
	gone.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	var expired atomic.Int64
	return fault{
		name: "watches expire", rounds: *rounds, lasts: 5 * time.Second,
		begin: func(*testing.T, int) {
			expired.Store(0)
			s.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("watch") != "true" {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				if expired.Add(1)%2 == 0 {
					_ = json.NewEncoder(w).Encode(map[string]any{"type": "ERROR", "object": gone})
					return true
				}
				answer(w, &gone)
				return true
			})
			s.Proxy.Cut()
		},
		meanwhile: func(t *testing.T) {
			s.goesOn(t, s.shop, s.aside)
			if expired.Load() == 0 {
				t.Error("no watch has expired: the fault is none")
			}
		},
		end: s.mends,
	}
}

// requestsFail lets 30 % of all requests fail, also those of the Metrics API. Of
// writes that fail with 500, each second has been carried out.
func (s *scene) requestsFail() fault {
	const percent = 30
	var failed atomic.Int64
	return fault{
		name: "30 % of requests fail", rounds: *rounds, lasts: 10 * time.Second,
		begin: func(*testing.T, int) {
			s.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
				if rand.IntN(100) >= percent {
					return false
				}
				failed.Add(1)
				s.fail(w, r)
				return true
			})
			s.Proxy.Cut()
		},
		meanwhile: func(t *testing.T) { s.goesOn(t, s.shop, s.aside) },
		end: func(t *testing.T, round int) {
			s.mends(t, round)
			t.Logf("%d requests have failed so far", failed.Load())
		},
	}
}

// fail answers a request with one of three errors.
func (s *scene) fail(w http.ResponseWriter, r *http.Request) {
	switch kind := rand.IntN(4); {
	case kind == 0:
		refusal := apierrors.NewTooManyRequests("slow down", 1).Status()
		w.Header().Set("Retry-After", "1")
		answer(w, &refusal)
		return
	case kind == 1 && r.Method != http.MethodGet:
		refusal := apierrors.NewConflict(schema.GroupResource{Resource: "objects"}, "one", nil).Status()
		answer(w, &refusal)
		return
	case kind == 2 && r.Method != http.MethodGet:
		s.Proxy.Forward(httptest.NewRecorder(), r)
	}
	failure := apierrors.NewInternalError(http.ErrAbortHandler).Status()
	answer(w, &failure)
}

func answer(w http.ResponseWriter, status *metav1.Status) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status)
}

// networkIsCut ends all connections and lets none come about, neither to the API
// server nor to the Metrics API.
func (s *scene) networkIsCut() fault {
	return fault{
		name: "network is cut", rounds: *rounds, lasts: 10 * time.Second,
		begin: func(*testing.T, int) {
			s.Proxy.Inject(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
			s.Proxy.Cut()
		},
		meanwhile: func(t *testing.T) { s.staysSilent(t, s.shop, s.aside) },
		end:       s.mends,
	}
}

// mends ends all faults of requests.
func (s *scene) mends(*testing.T, int) { s.Proxy.Inject(nil) }
