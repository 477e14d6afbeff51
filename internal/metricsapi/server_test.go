package metricsapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

const (
	podsV1       = "/apis/metrics.k8s.io/v1/pods"
	podsV1beta1  = "/apis/metrics.k8s.io/v1beta1/pods"
	nodesV1      = "/apis/metrics.k8s.io/v1/nodes"
	nodesV1beta1 = "/apis/metrics.k8s.io/v1beta1/nodes"
	groupPath    = "/apis/metrics.k8s.io"
)

// server answers by path, and with the API server's plain 404 elsewhere.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	paths   []string
}

func newServer(t testing.TB, answers map[string]http.HandlerFunc) *server {
	s := &server{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.paths = append(s.paths, r.URL.Path)
	answer := s.answers[r.URL.Path]
	s.mu.Unlock()
	if answer == nil {
		answer = http.NotFound
	}
	answer(w, r)
}

func (s *server) set(path string, answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = answer
}

// requests returns the paths asked for since the last call.
func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	paths := s.paths
	s.paths = nil
	return paths
}

func serve(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }
}

// fail answers with a Status, as the API server does in most cases.
func fail(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", jsonType)
		w.WriteHeader(code)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"secret-team","code":%d}`, code)
	}
}
