package controller

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

const crdDirectory = "../../config/crd/bases"

// apiServer is a real API server with the generated CRDs, started for the
// first test that asks for it.
var apiServer struct {
	start  sync.Once
	stop   func() error
	config *rest.Config
	client client.Client
	err    error
}

var scheme = runtime.NewScheme()

func TestMain(m *testing.M) {
	flag.Parse()
	ctrl.SetLogger(logr.Discard())
	code := m.Run()
	if apiServer.stop != nil {
		if err := apiServer.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the API server:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// server starts the API server where needed.
func server(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: this test starts an API server")
	}
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set: it names the directory of kube-apiserver and etcd; run make test, which builds them and sets it")
	}
	apiServer.start.Do(func() { apiServer.err = startServer() })
	if apiServer.err != nil {
		t.Fatal(apiServer.err)
	}
}

func startServer() error {
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{crdDirectory},
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		return fmt.Errorf("start an API server with the CRDs of %s: %w", crdDirectory, err)
	}
	apiServer.stop, apiServer.config = environment.Stop, config
	apiServer.client, err = client.New(config, client.Options{Scheme: scheme})
	return err
}

// errorLog keeps what is logged as an error.
type errorLog struct {
	logr.LogSink
	mu   *sync.Mutex
	told *[]error
}

func newErrorLog() errorLog {
	return errorLog{LogSink: logr.Discard().GetSink(), mu: &sync.Mutex{}, told: &[]error{}}
}

func (l errorLog) Init(logr.RuntimeInfo)          {}
func (l errorLog) Enabled(int) bool               { return false }
func (l errorLog) Info(int, string, ...any)       {}
func (l errorLog) WithValues(...any) logr.LogSink { return l }
func (l errorLog) WithName(string) logr.LogSink   { return l }
func (l errorLog) Error(err error, _ string, _ ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.told = append(*l.told, err)
}

func (l errorLog) errors() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]error(nil), *l.told...)
}
