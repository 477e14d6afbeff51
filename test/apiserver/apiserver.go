// Package apiserver gives tests a real API server with etcd, but without
// controllers and nodes: for what only an API server can decide.
package apiserver

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Start starts an API server that ends with the test. It knows the CRDs in the
// given folders.
func Start(t testing.TB, crds ...string) *rest.Config {
	t.Helper()
	return StartServer(t, Options{CRDs: crds}).Config
}

// Shared is an API server for all tests of a package. It starts with the first
// test that asks for it.
type Shared struct {
	// CRDs are the folders of the CRDs that it knows.
	CRDs []string

	once        sync.Once
	environment *envtest.Environment
	config      *rest.Config
	err         error
}

// Config returns how to reach the server.
func (s *Shared) Config(t testing.TB) *rest.Config {
	t.Helper()
	require(t)
	s.once.Do(func() { s.environment, s.config, s.err = start(Options{CRDs: s.CRDs}) })
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.config
}

// Main runs the tests of a package, ends the server, and returns the exit code:
// it is for TestMain.
func (s *Shared) Main(m *testing.M) int {
	code := m.Run()
	if s.environment == nil {
		return code
	}
	if err := s.environment.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the API server:", err)
		return 1
	}
	return code
}

// require skips a short test, and fails one that has nothing to start.
func require(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: this test starts an API server")
	}
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set: it names the folder of kube-apiserver and etcd; run make test, which builds them and sets it")
	}
}

const (
	// patience bounds the start of etcd, and that of the API server, on a machine that
	// is busy.
	patience = time.Minute
	// attempts are how often a start is tried: once the API server answers, envtest
	// waits for its default namespace for no more than five seconds.
	attempts = 2
)

func start(o Options) (environment *envtest.Environment, config *rest.Config, err error) {
	log.SetLogger(logr.Discard()) // else it complains of having none
	for range attempts {
		environment = &envtest.Environment{
			CRDDirectoryPaths: o.CRDs, ErrorIfCRDPathMissing: true,
			ControlPlaneStartTimeout: patience, ControlPlaneStopTimeout: patience,
		}
		if o.EtcdQuota > 0 {
			environment.ControlPlane.Etcd = &envtest.Etcd{}
			environment.ControlPlane.Etcd.Configure().Set("quota-backend-bytes", strconv.Itoa(o.EtcdQuota))
		}
		if config, err = environment.Start(); err == nil {
			return environment, config, nil
		}
		err = fmt.Errorf("start an API server with the CRDs of %v: %w", o.CRDs, errors.Join(err, environment.Stop()))
	}
	return nil, nil, err
}
