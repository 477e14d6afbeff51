package tenants

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/usage-operator/usage-operator/test/apiserver"
)

// errWaits tells that something is not so yet.
var errWaits = errors.New("not yet")

// operate starts the operator and returns where its metrics are.
func (f *fixture) operate(t *testing.T, flags ...string) (metrics string) {
	t.Helper()
	address := apiserver.FreeAddress(t)
	f.Operator(t, "operator", append([]string{"--metrics-bind-address=" + address, "--metrics-secure=false"}, flags...)...)
	return "http://" + address + "/metrics"
}

// scrape returns what the operator tells of itself.
func scrape(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
