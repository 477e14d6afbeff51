package poller

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr/testr"
	clientgorest "k8s.io/client-go/rest"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// metricsServer stands for the Metrics API and counts what it is asked for.
type metricsServer struct {
	mu       sync.Mutex
	requests map[string]int
}

func (s *metricsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resource := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	s.mu.Lock()
	s.requests[resource]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	const when = `"timestamp":"2026-01-31T08:59:59Z","window":"15s"`
	const usage = `"usage":{"cpu":"1m","memory":"1Mi"}`
	switch resource {
	case "pods":
		fmt.Fprintf(w, `{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1","metadata":{},"items":[`+
			`{"metadata":{"namespace":"shop","name":"web"},%s,"containers":[{"name":"main",%s}]}]}`, when, usage)
	case "nodes":
		fmt.Fprintf(w, `{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1","metadata":{},"items":[`+
			`{"metadata":{"name":"n1"},%s,%s}]}`, when, usage)
	default:
		http.NotFound(w, r)
	}
}

// taken returns what was asked for since the last call.
func (s *metricsServer) taken() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = map[string]int{}
	return requests
}

// TestRequestsOfATick counts on the server's side: each list is read at most
// once, whatever the number of reports.
func TestRequestsOfATick(t *testing.T) {
	for _, row := range []struct {
		name                       string
		namespaced, cluster, nodes int
		want                       map[string]int
	}{
		{"one of a namespace", 1, 0, 0, map[string]int{"pods": 1}},
		{"one of the cluster", 0, 1, 0, map[string]int{"pods": 1}},
		{"one of nodes", 0, 0, 1, map[string]int{"nodes": 1}},
		{"one of each", 1, 1, 1, map[string]int{"pods": 1, "nodes": 1}},
		{"many of pods", 1500, 500, 0, map[string]int{"pods": 1}},
		{"many of nodes", 0, 0, 2000, map[string]int{"nodes": 1}},
		{"many of each", 1000, 500, 500, map[string]int{"pods": 1, "nodes": 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, c, server := newRequestsFixture(t)
			serve := func(kind, namespace string, target v1alpha1.Target, n int) (last usage.ID) {
				plan, err := selection.Compile(namespace, v1alpha1.ClusterSelection{Target: target})
				if err != nil {
					t.Fatal(err)
				}
				for i := range n {
					last = usage.ID{Kind: kind, Namespace: namespace, Name: fmt.Sprint(kind, target, i)}
					p.Serve(last, plan, usage.Need{Top: 20}, scrapes)
				}
				return last
			}
			served := []usage.ID{
				serve("UsageReport", "shop", "", row.namespaced),
				serve("ClusterUsageReport", "", "", row.cluster),
				serve("ClusterUsageReport", "", v1alpha1.TargetNodes, row.nodes),
			}
			for tick := range 5 {
				p.tickIfWanted(t.Context(), c)
				got := server.taken()
				if fmt.Sprint(got) != fmt.Sprint(row.want) {
					t.Errorf("tick %d asks for %v, want %v", tick, got, row.want)
				}
			}
			for _, id := range served {
				if id.Name == "" {
					continue
				}
				if v := p.View(id); v == nil || v.Measured() != (usage.Coverage{Expected: 1, Observed: 1}) {
					t.Errorf("%v has the numbers %+v, want those of what is there", id, v)
				}
			}
		})
	}
}

// newRequestsFixture is a poller that does not run, with the real reader.
func newRequestsFixture(t *testing.T) (*Poller, *cluster, *metricsServer) {
	t.Helper()
	server := &metricsServer{requests: map[string]int{}}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	clock := testingclock.NewFakeClock(start)
	reader, err := metricsapi.New(&clientgorest.Config{Host: listening.URL}, clock)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{clock: clock, unsampled: map[string]bool{}}
	c.addPod("shop", "web")
	c.addNode("n1")
	c.news = append(c.news, model.Change{Namespace: &model.Namespace{Name: "shop"}})
	return New(reader, c, func() Feed { return c }, clock, testr.New(t)), c, server
}
