package tenants

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
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
	text, err := read(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func read(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// metric returns the value of a metric without labels, 0 where there is none.
func metric(page, name string) float64 {
	for line := range strings.Lines(page) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			value, _ := strconv.ParseFloat(strings.TrimSpace(text), 64)
			return value
		}
	}
	return 0
}
