package tenants

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"

	"github.com/usage-operator/usage-operator/test/apiserver"
	"github.com/usage-operator/usage-operator/test/operator"
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

// memory is how many bytes the operator may have as config/default installs it, and the
// variable that tells its garbage collector so.
func memory(t *testing.T) (limit int64, goal string) {
	t.Helper()
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "config", "manager", "deployment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var deployment appsv1.Deployment
	if err := yaml.Unmarshal(text, &deployment); err != nil {
		t.Fatal(err)
	}
	c := &deployment.Spec.Template.Spec.Containers[0]
	for _, e := range c.Env {
		if e.Name == "GOMEMLIMIT" {
			return c.Resources.Limits.Memory().Value(), e.Name + "=" + e.Value
		}
	}
	t.Fatal("config/manager sets no GOMEMLIMIT")
	return 0, ""
}
