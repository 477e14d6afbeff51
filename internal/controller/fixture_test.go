package controller

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	testingclock "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// fixture is an operator without a poller, for one namespace and all cluster
// kinds.
type fixture struct {
	t           testing.TB
	namespace   string
	source      *fakeSource
	checkpoints *fakeCheckpoints
	clock       *testingclock.FakePassiveClock
	budget      *budget.Budget
	metrics     *Metrics
	log         errorLog
	// server is a client without a cache, operator that of the operator.
	server, operator client.Client
	stop             func()

	mu      sync.Mutex
	patches map[string]int
	// sent is the size of all patches.
	sent int64
	// beforePatch runs before a patch is sent.
	beforePatch func(path string)
}

// reconciling is a fixture whose reconcilers run.
func reconciling(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.start(f.setup)
	return f
}

func (f *fixture) setup(mgr ctrl.Manager) error {
	return SetupReports(mgr, &Parts{
		Source: f.source, Checkpoints: f.checkpoints, Budget: f.budget, Metrics: f.metrics, Clock: f.clock, ClusterWide: true,
	})
}

// idle is a fixture with nothing but the operator's client and its cache.
func idle(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.start(func(ctrl.Manager) error { return nil })
	return f
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	server, err := client.New(apiServer.Config(t), client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{
		t: t, source: newFakeSource(), checkpoints: newFakeCheckpoints(), clock: testingclock.NewFakePassiveClock(now), budget: budget.New(64 << 20), metrics: NewMetrics(), log: newErrorLog(),
		server: server, patches: map[string]int{},
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "team-"}}
	if err := f.server.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	f.namespace = ns.Name
	t.Cleanup(func() { f.stop() })
	return f
}

// start runs a manager until stop.
func (f *fixture) start(setup func(ctrl.Manager) error) {
	f.t.Helper()
	c := rest.CopyConfig(apiServer.Config(f.t))
	c.Wrap(func(next http.RoundTripper) http.RoundTripper { return counting{f, next} })
	mgr, err := ctrl.NewManager(c, ctrl.Options{
		Scheme:     scheme,
		Logger:     logr.New(f.log),
		Cache:      cache.Options{DefaultTransform: Compact, DefaultNamespaces: map[string]cache.Config{f.namespace: {}}},
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	if err := setup(mgr); err != nil {
		f.t.Fatal(err)
	}
	f.operator = mgr.GetClient()
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	f.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			f.t.Errorf("the manager ends with %v", err)
		}
	})
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		f.t.Fatal("the cache does not sync")
	}
}

// counting counts the patches of each path.
type counting struct {
	f    *fixture
	next http.RoundTripper
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch {
		c.f.mu.Lock()
		c.f.patches[r.URL.Path]++
		c.f.sent += r.ContentLength
		before := c.f.beforePatch
		c.f.mu.Unlock()
		if before != nil {
			before(r.URL.Path)
		}
	}
	return c.next.RoundTrip(r)
}

// onPatch sets what runs before the next patch of a report, once.
func (f *fixture) onPatch(id usage.ID, do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	once := sync.OnceFunc(do)
	f.beforePatch = func(path string) {
		if strings.HasSuffix(path, statusPath(id)) {
			once()
		}
	}
}

// statusPath is how the path of a report's status ends.
func statusPath(id usage.ID) string {
	return "/" + strings.ToLower(id.Kind) + "s/" + id.Name + "/status"
}

// patched counts the patches of a report's status.
func (f *fixture) patched(id usage.ID) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for path, times := range f.patches {
		if strings.HasSuffix(path, statusPath(id)) {
			n += times
		}
	}
	return n
}

// bytesSent is the size of all patches so far.
func (f *fixture) bytesSent() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// eventually waits until something holds.
func (f *fixture) eventually(what string, holds func() bool) {
	f.t.Helper()
	err := wait.PollUntilContextTimeout(f.t.Context(), 20*time.Millisecond, 30*time.Second, true,
		func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		f.t.Fatalf("%s: not so after 30s; errors: %v", what, f.log.errors())
	}
}
