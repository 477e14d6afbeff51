package metricsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestErrors(t *testing.T) {
	list := encode(t, protobufType, podListOf(100))
	down := fail(http.StatusServiceUnavailable, "Retry-After", "7")
	tests := map[string]struct {
		answers    map[string]http.HandlerFunc
		kind       Kind
		advice     string
		retryAfter time.Duration
	}{
		"nothing is there":       {nil, NotInstalled, adviceNotInstalled, 0},
		"404 as a Status":        {map[string]http.HandlerFunc{podsV1: fail(404), podsV1beta1: fail(404), groupPath: fail(404)}, NotInstalled, adviceNotInstalled, 0},
		"another version":        {map[string]http.HandlerFunc{groupPath: serve([]byte(`{"kind":"APIGroup"}`))}, Unavailable, adviceNoVersion, 0},
		"the group is down":      {map[string]http.HandlerFunc{groupPath: down}, Unavailable, adviceBackendDown, 7 * time.Second},
		"the group is forbidden": {map[string]http.HandlerFunc{groupPath: fail(403)}, Forbidden, adviceForbidden, 0},
		"v1beta1 is down":        {map[string]http.HandlerFunc{podsV1beta1: down}, Unavailable, adviceBackendDown, 7 * time.Second},
		"v1 is down":             {map[string]http.HandlerFunc{podsV1: down, podsV1beta1: serve(list)}, Unavailable, adviceBackendDown, 7 * time.Second},
		"401":                    {map[string]http.HandlerFunc{podsV1: fail(401)}, Forbidden, adviceUnauthorized, 0},
		"403":                    {map[string]http.HandlerFunc{podsV1: fail(403)}, Forbidden, adviceForbidden, 0},
		"429":                    {map[string]http.HandlerFunc{podsV1: fail(429, "Retry-After", "3")}, Throttled, adviceThrottled, 3 * time.Second},
		"429 with a date": {map[string]http.HandlerFunc{podsV1: fail(429, "Retry-After",
			sampleTime.Add(90*time.Second).Format(http.TimeFormat))}, Throttled, adviceThrottled, 90 * time.Second},
		"429 for ever":    {map[string]http.HandlerFunc{podsV1: fail(429, "Retry-After", "999999999")}, Throttled, adviceThrottled, time.Hour},
		"429 in the past": {map[string]http.HandlerFunc{podsV1: fail(429, "Retry-After", "-5")}, Throttled, adviceThrottled, 0},
		"500":             {map[string]http.HandlerFunc{podsV1: fail(500)}, Unavailable, adviceServerError, 0},
		"504":             {map[string]http.HandlerFunc{podsV1: fail(504)}, Timeout, adviceTimeout, 0},
		"no items":        {map[string]http.HandlerFunc{podsV1: serve(encode(t, protobufType, podListOf(0)))}, Empty, adviceEmpty, 0},
		"no items, JSON":  {map[string]http.HandlerFunc{podsV1: serve(encode(t, jsonType, podListOf(0)))}, Empty, adviceEmpty, 0},
		"a page":          {map[string]http.HandlerFunc{podsV1: serve([]byte("<html>log in</html>"))}, Truncated, adviceMalformed, 0},
		"cut, unnoticed":  {map[string]http.HandlerFunc{podsV1: serve(list[:len(list)/2])}, Truncated, adviceBrokenOff, 0},
		"cut, by length": {map[string]http.HandlerFunc{podsV1: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(list)))
			_, _ = w.Write(list[:len(list)-1])
		}}, Truncated, adviceBrokenOff, 0},
		"cut, by the connection": {map[string]http.HandlerFunc{podsV1: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(list)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}}, Truncated, adviceBrokenOff, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.answers == nil {
				test.answers = map[string]http.HandlerFunc{}
			}
			r, _ := newReader(t, &rest.Config{Host: newServer(t, test.answers).URL})
			got := new(model.Samples)
			err := r.Read(t.Context(), nil, got)
			check(t, err, test.kind, test.advice)
			var e *Error
			if errors.As(err, &e) && e.RetryAfter != test.retryAfter {
				t.Errorf("retry after %v, want %v", e.RetryAfter, test.retryAfter)
			}
			if len(got.Pods) > 0 || len(got.Containers) > 0 {
				t.Errorf("%d pods are left behind", len(got.Pods))
			}
			if err := fmt.Errorf("wrapped: %w", err); KindOf(err) != test.kind {
				t.Errorf("the kind is lost by wrapping")
			}
		})
	}
}

func check(t *testing.T, err error, kind Kind, advice string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || e.Advice != advice {
		t.Fatalf("got %v, want the kind %s and: %s", err, kind, advice)
	}
	for _, leak := range []string{"secret-team", "http://", "/apis/"} {
		if strings.Contains(strings.ReplaceAll(err.Error(), e.Advice, ""), leak) {
			t.Errorf("%q gives away %q", err, leak)
		}
	}
}

// TestSlow: a server that stops in the middle of its answer, or before.
func TestSlow(t *testing.T) {
	list := encode(t, protobufType, podListOf(1000))
	for name, sent := range map[string][]byte{"before": nil, "in the middle": list[:len(list)/2]} {
		hang := func(w http.ResponseWriter, r *http.Request) {
			if sent != nil {
				_, _ = w.Write(sent)
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}
		s := newServer(t, map[string]http.HandlerFunc{podsV1: hang})

		r, _ := newReader(t, &rest.Config{Host: s.URL})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		check(t, r.Read(ctx, nil, new(model.Samples)), Timeout, adviceTimeout)
		cancel()

		r, _ = newReader(t, &rest.Config{Host: s.URL, Timeout: 50 * time.Millisecond})
		check(t, r.Read(t.Context(), nil, new(model.Samples)), Timeout, adviceTimeout)

		r, _ = newReader(t, &rest.Config{Host: s.URL})
		ctx, cancel = context.WithCancel(t.Context())
		s.set(podsV1, func(w http.ResponseWriter, r *http.Request) { cancel(); hang(w, r) })
		if err := r.Read(ctx, nil, new(model.Samples)); !errors.Is(err, context.Canceled) || KindOf(err) != "" {
			t.Errorf("%s, cancelled: %v", name, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	s := newServer(t, nil)
	s.Close()
	r, _ := newReader(t, &rest.Config{Host: s.URL})
	check(t, r.Read(t.Context(), []string{"secret-team"}, new(model.Samples)), Unavailable, adviceUnreachable)
}
