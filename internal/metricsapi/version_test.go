package metricsapi

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestVersions(t *testing.T) {
	body := serve(encode(t, protobufType, podListOf(1)))
	s := newServer(t, map[string]http.HandlerFunc{podsV1beta1: body})
	r, clock := newReader(t, &rest.Config{Host: s.URL})
	read := func(when string, want ...string) {
		t.Helper()
		if err := r.Read(t.Context(), nil, new(model.Samples)); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if diff := cmp.Diff(want, s.requests()); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", when, diff)
		}
	}
	later := func(d time.Duration) { clock.SetTime(clock.Now().Add(d)) }

	read("at first", podsV1, podsV1beta1)
	read("again", podsV1beta1)
	later(59 * time.Minute)
	read("within the hour", podsV1beta1)
	later(time.Minute)
	read("after an hour", podsV1, podsV1beta1)
	read("and again", podsV1beta1)
	later(time.Hour)
	s.set(podsV1, fail(http.StatusServiceUnavailable))
	read("v1 is registered, its backend is down", podsV1, podsV1beta1)
	read("v1 is left alone", podsV1beta1)
	s.set(podsV1, body)
	later(time.Hour)
	read("v1 is there", podsV1)
	later(time.Minute)
	read("v1 stays", podsV1)
	s.set(podsV1, fail(http.StatusNotFound))
	read("v1 is gone", podsV1, podsV1beta1)
	read("v1 is still gone", podsV1beta1)
	s.set(podsV1, body)
	s.set(podsV1beta1, nil)
	read("v1beta1 is gone", podsV1beta1, podsV1)
}
