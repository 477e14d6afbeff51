package controller

import (
	"os"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/apiserver"
)

const crdDirectory = "../../config/crd/bases"

// apiServer is a real API server with the generated CRDs.
var apiServer = apiserver.Shared{CRDs: []string{crdDirectory}}

func TestMain(m *testing.M) {
	os.Exit(apiServer.Main(m))
}

// scheme knows the kinds that the tests use.
var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

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
