package metricsapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/internal/model"
)

func newReader(t testing.TB, config *rest.Config) (*Reader, *testingclock.FakePassiveClock) {
	t.Helper()
	clock := testingclock.NewFakePassiveClock(sampleTime)
	r, err := New(config, clock)
	if err != nil {
		t.Fatal(err)
	}
	return r, clock
}

func TestRead(t *testing.T) {
	list := podListOf(250)
	want, _ := expectedRows(list)
	s := newServer(t, map[string]http.HandlerFunc{
		podsV1: func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Accept"); got != accept {
				t.Errorf("Accept: %q", got)
			}
			if got := r.Header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("Accept-Encoding: %q", got)
			}
			if !strings.Contains(r.Header.Get("User-Agent"), "kubernetes") {
				t.Errorf("User-Agent: %q", r.Header.Get("User-Agent"))
			}
			serve(encode(t, protobufType, list))(w, r)
		},
	})
	r, clock := newReader(t, &rest.Config{Host: s.URL})
	got := &model.Samples{Pods: make([]model.PodSample, 400), Unusable: 3}
	if err := r.Read(t.Context(), nil, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rowsOf(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Unusable != 0 || !got.ReadTime.Equal(clock.Now()) {
		t.Errorf("%d unusable, read at %v", got.Unusable, got.ReadTime)
	}
	if got := s.requests(); len(got) != 1 {
		t.Errorf("requests %v, want one", got)
	}
}

func TestReadNamespaces(t *testing.T) {
	all := podListOf(300)
	answers := map[string]http.HandlerFunc{}
	for n := range 3 {
		part := podListOf(0)
		part.Items = all.Items[100*n : 100*(n+1)]
		answers[fmt.Sprintf("/prefix/apis/metrics.k8s.io/v1beta1/namespaces/team-%05d/pods", n)] = serve(encode(t, protobufType, part))
	}
	answers["/prefix/apis/metrics.k8s.io/v1beta1/namespaces/none/pods"] = serve(encode(t, protobufType, podListOf(0)))
	s := newServer(t, answers)
	r, _ := newReader(t, &rest.Config{Host: s.URL + "/prefix"})
	got := new(model.Samples)
	if err := r.Read(t.Context(), []string{"team-00002", "none", "team-00000"}, got); err != nil {
		t.Fatal(err)
	}
	wanted := podListOf(0)
	wanted.Items = slices.Concat(all.Items[:100], all.Items[200:])
	want, _ := expectedRows(wanted)
	if diff := cmp.Diff(want, rowsOf(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.requests(); len(got) != 4 {
		t.Errorf("requests %v, want one for v1 and three for v1beta1", got)
	}

	if err := r.Read(t.Context(), []string{"none"}, got); KindOf(err) != Empty || len(got.Pods) != 0 {
		t.Errorf("an empty namespace: %v", err)
	}
}

func TestReadAsksForNothing(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{})
	r, _ := newReader(t, &rest.Config{Host: s.URL})
	got := new(model.Samples)
	if err := r.Read(t.Context(), []string{}, got); err != nil || len(s.requests()) > 0 {
		t.Errorf("no namespaces: %v", err)
	}
	for _, name := range []string{"", "..", "a/b", "team-00000?x=y", "UPPER"} {
		if err := r.Read(t.Context(), []string{name}, got); err == nil || len(s.requests()) > 0 {
			t.Errorf("namespace %q: %v", name, err)
		}
	}
}

func TestReadNodes(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{nodesV1beta1: serve(encode(t, jsonType, nodeListOf(3)))})
	r, clock := newReader(t, &rest.Config{Host: s.URL})
	got := new(model.NodeSamples)
	if err := r.ReadNodes(t.Context(), got); err != nil || len(got.Nodes) != 3 || !got.ReadTime.Equal(clock.Now()) {
		t.Fatalf("%v: %+v", err, got)
	}
	// Pods and nodes share what is known of the versions.
	if err := r.Read(t.Context(), nil, new(model.Samples)); KindOf(err) != Unavailable && KindOf(err) != NotInstalled {
		t.Errorf("pods: %v", err)
	}
	want := []string{nodesV1, nodesV1beta1, podsV1beta1, podsV1, groupPath}
	if diff := cmp.Diff(want, s.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	s.set(nodesV1beta1, serve(encode(t, protobufType, nodeListOf(0))))
	if err := r.ReadNodes(t.Context(), got); KindOf(err) != Empty || len(got.Nodes) != 0 {
		t.Errorf("no nodes: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, config := range []*rest.Config{{Host: "::no host::"}, {Host: "x", TLSClientConfig: rest.TLSClientConfig{CAFile: "/does/not/exist"}}} {
		if _, err := New(config, testingclock.NewFakePassiveClock(sampleTime)); err == nil {
			t.Errorf("%v is accepted", config)
		}
	}
}

// TestFailureKeepsNames: a read that fails must not cost the next one the names
// that it knows.
func TestFailureKeepsNames(t *testing.T) {
	const pods = 2000
	list := encode(t, protobufType, podListOf(pods))
	s := newServer(t, map[string]http.HandlerFunc{podsV1: serve(list)})
	r, _ := newReader(t, &rest.Config{Host: s.URL})
	got := new(model.Samples)
	if err := r.Read(t.Context(), nil, got); err != nil {
		t.Fatal(err)
	}
	s.set(podsV1, serve(list[:len(list)/2]))
	if err := r.Read(t.Context(), nil, got); KindOf(err) != Truncated {
		t.Fatal(err)
	}
	s.set(podsV1, serve(list))
	if per := testing.AllocsPerRun(3, func() {
		if err := r.Read(t.Context(), nil, got); err != nil {
			t.Fatal(err)
		}
	}); per > pods/10 {
		t.Errorf("%.0f allocations to read %d known pods, the request included", per, pods)
	}
}

// TestConnectionIsReused: neither an answer nor an error may cost a connection.
func TestConnectionIsReused(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{podsV1beta1: serve(encode(t, protobufType, podListOf(1000)))})
	var mu sync.Mutex
	peers := map[string]bool{}
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		peers[r.RemoteAddr] = true
		mu.Unlock()
		inner.ServeHTTP(w, r)
	})
	r, clock := newReader(t, &rest.Config{Host: s.URL})
	for range 5 {
		if err := r.Read(t.Context(), nil, new(model.Samples)); err != nil {
			t.Fatal(err)
		}
		clock.SetTime(clock.Now().Add(time.Hour))
	}
	if len(peers) != 1 {
		t.Errorf("%d connections for 10 requests", len(peers))
	}
}
