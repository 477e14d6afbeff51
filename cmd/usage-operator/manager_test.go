package main

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/test/apiserver"
)

// TestNotReadyBeforeSync asks for an inventory that has read nothing.
func TestNotReadyBeforeSync(t *testing.T) {
	pods, err := inventory.New(&rest.Config{Host: "http://127.0.0.1:1"}, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	if synced(pods)(nil) == nil {
		t.Error("an inventory that has not synced is ready")
	}
}

// TestServedKinds: what is cluster-wide is neither read nor listed where only
// namespaces may be seen.
func TestServedKinds(t *testing.T) {
	if n := len(served(&options{})); n != len(keptKinds) {
		t.Errorf("%d of %d kinds are served in a cluster", n, len(keptKinds))
	}
	within := served(&options{namespaces: []string{"shop"}})
	for _, k := range within {
		if strings.HasPrefix(k.Name, "Cluster") {
			t.Errorf("%s is served in a namespace", k.Name)
		}
	}
	if len(within) == 0 {
		t.Error("nothing is served in a namespace")
	}
}

// TestOperator runs the whole on an API server that has no Metrics API.
func TestOperator(t *testing.T) {
	config := apiserver.Start(t, "../../config/crd/bases")
	probes := apiserver.FreeAddress(t)
	c := operate(t, config, probes)
	for _, path := range []string{"/healthz", "/readyz"} {
		eventually(t, path+" answers with 200", func() bool { return status(t, "http://"+probes+path) == http.StatusOK })
	}
	for _, r := range []v1alpha1.ReportObject{
		&v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Name: "all", Namespace: "default"}},
		&v1alpha1.ClusterUsageReport{ObjectMeta: metav1.ObjectMeta{Name: "all"}},
	} {
		if err := c.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the report says why it has no numbers", func() bool {
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(r), r); err != nil {
				t.Fatal(err)
			}
			conditions := r.ReportStatus().Conditions
			return len(conditions) > 0 && conditions[0].Reason == v1alpha1.ReasonMetricsAPINotInstalled
		})
	}
}

// once: the names of controllers are unique in a process.
var once atomic.Bool

// operate runs an operator until the test ends, and returns a client.
func operate(t *testing.T, config *rest.Config, probes string) client.Client {
	t.Helper()
	if once.Swap(true) {
		t.Skip("one process can make one operator only")
	}
	o, err := parseOptions([]string{"--leader-elect", "--leader-election-namespace=default", "--health-probe-bind-address=" + probes})
	if err != nil {
		t.Fatal(err)
	}
	mgr, err := newManager(config, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the operator ends with %v", err)
		}
	})
	c, err := client.New(config, client.Options{Scheme: mgr.GetScheme()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// status is that of an answer; 0 where there is none.
func status(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, time.Minute, true,
		func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		t.Fatalf("%s: not so after a minute", what)
	}
}
