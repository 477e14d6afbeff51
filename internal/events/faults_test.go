package events

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

// fault is what becomes of a request. The zero value lets it pass.
type fault struct {
	// status is that of an answer in place of the API server's.
	status int
	// retryAfter is what such an answer asks for, in seconds.
	retryAfter int
	// lost drops the answer of the API server, to a request that went through.
	lost bool
	// unsent drops the request.
	unsent bool
	// hangs keeps the answer until the request is given up.
	hangs bool
}

// requests are those that passed a transport.
type requests struct {
	mu  sync.Mutex
	all []request
}

type request struct {
	method, note string
	ok           bool
}

var errCut = errors.New("the connection was cut")

// faults returns a transport that does to the nth request, from 1 on, what choose
// says.
func (s *requests) faults(choose func(n int) fault) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			q := request{method: r.Method, note: noteOf(r)}
			s.mu.Lock()
			defer s.mu.Unlock()
			fault := choose(len(s.all) + 1)
			answer, err := fault.send(r, next)
			q.ok = err == nil && answer.StatusCode < 300
			s.all = append(s.all, q)
			return answer, err
		})
	}
}

func (f fault) send(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	if f.unsent {
		return nil, errCut
	}
	if f.status != 0 {
		answer := &http.Response{
			StatusCode: f.status, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader("injected")),
		}
		if f.retryAfter > 0 {
			answer.Header.Set("Retry-After", fmt.Sprint(f.retryAfter))
		}
		return answer, nil
	}
	answer, err := next.RoundTrip(r)
	if f.hangs && err == nil {
		<-r.Context().Done()
		answer.Body.Close()
		return nil, r.Context().Err()
	}
	if f.lost && err == nil {
		answer.Body.Close()
		return nil, errCut
	}
	return answer, err
}

// noteOf reads the note of the Event that a request brings.
func noteOf(r *http.Request) string {
	if r.Method != http.MethodPost {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e := &eventsv1.Event{}
	if _, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, e); err != nil {
		return err.Error()
	}
	return e.Note
}

// successes are the notes of the Events that were created, of those that begin with
// some text, in the order of time.
func (s *requests) successes(prefix string) (notes []string) {
	for _, q := range s.all {
		if q.ok && q.method == http.MethodPost && strings.HasPrefix(q.note, prefix) {
			notes = append(notes, q.note)
		}
	}
	return notes
}

// many are notices about different pods.
func (f *fixture) many(n int) (owed []threshold.Notice, pods []string) {
	for i := range n {
		pods = append(pods, fmt.Sprintf("web-%04d", i))
		owed = append(owed, f.notice(pods[i]))
	}
	return owed, pods
}

// TestFaults: on a bad day too each Event is stored once.
func TestFaults(t *testing.T) {
	random, sent := rand.New(rand.NewPCG(1, 0)), &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(int) fault {
		return []fault{{status: 429, retryAfter: 1}, {status: 500}, {status: 503}, {status: 504}, {lost: true}, {unsent: true}, 19: {}}[random.IntN(20)]
	}))
	owed, pods := f.many(200)
	f.mustAnnounce(owed...)
	f.mustHave(pods...)
	counts := f.counts()
	if counts["events_written_total"] != 200 || counts["event_retries_total"] == 0 || len(counts) != 3 {
		t.Errorf("counted are %v", counts)
	}
	if len(f.log.lines) != 200 {
		t.Errorf("%d lines are logged", len(f.log.lines))
	}
}

// TestCrashes: an operator that is killed now and then leaves nothing out, and says
// nothing twice.
func TestCrashes(t *testing.T) {
	f := newFixture(t, strangers{})
	owed, pods := f.many(100)
	random := rand.New(rand.NewPCG(2, 0))
	for left := owed; len(left) > 0; {
		ctx, kill := context.WithCancel(t.Context())
		after, sent := random.IntN(30), &requests{}
		operator := newFixture(t, strangers{}, sent.faults(func(n int) fault {
			if n <= after {
				return fault{}
			}
			kill()
			return fault{lost: n%2 == 0, unsent: n%2 == 1}
		}))
		delivered, err := operator.Announce(ctx, f.about, left)
		if err == nil && len(delivered) < len(left) {
			t.Fatalf("%d of %d are delivered, without an error", len(delivered), len(left))
		}
		// What marks some of them as delivered gets lost in the crash as well.
		delivered = delivered[:len(delivered)-random.IntN(len(delivered)/2+1)]
		left = slices.DeleteFunc(slices.Clone(left), func(n threshold.Notice) bool { return slices.Contains(delivered, n) })
		kill()
	}
	f.mustHave(pods...)
}

// TestRetryAfter: the API server says how long to wait.
func TestRetryAfter(t *testing.T) {
	sent := &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(n int) fault {
		if n == 1 {
			return fault{status: 429, retryAfter: 2}
		}
		return fault{}
	}))
	f.mustAnnounce(f.notice("web"))
	f.mustHave("web")
	if len(f.clock.waited) != 1 || f.clock.waited[0] < 2*time.Second || f.clock.waited[0] > 3*time.Second {
		t.Errorf("it waits for %v", f.clock.waited)
	}
}

// TestTimeout: an answer that does not come is not waited for, and the Event that was
// stored nevertheless is found.
func TestTimeout(t *testing.T) {
	sent := &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(n int) fault { return fault{hangs: n == 1} }))
	f.timeout = time.Second
	f.mustAnnounce(f.notice("web"))
	f.mustHave("web")
	var got []string
	for _, q := range sent.all {
		got = append(got, fmt.Sprint(q.method, " ", q.ok))
	}
	if diff := cmp.Diff([]string{"POST false", "POST false", "GET true"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
