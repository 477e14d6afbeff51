package stage

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/apiserver"
	"github.com/usage-operator/usage-operator/test/operator"
)

// Stage is an API server with a Metrics API. It ends with the test.
type Stage struct {
	// API goes to the API server itself, past all faults.
	API     client.WithWatch
	Server  *apiserver.Server
	Metrics *Metrics
	Proxy   *Proxy

	// Env is what the environment of operators that are started has beyond the usual.
	Env []string

	dir     string
	program string
}

// Options say how a stage is set.
type Options struct {
	// Tags are those that the operator is built with.
	Tags []string
	// EtcdQuota is how many bytes etcd may store; 0 is its own default.
	EtcdQuota int
}

// New sets a stage for an operator with build tags.
func New(t testing.TB, tags ...string) *Stage {
	t.Helper()
	return NewWith(t, Options{Tags: tags})
}

// NewWith sets a stage.
func NewWith(t testing.TB, o Options) *Stage {
	t.Helper()
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	crds := filepath.Join(root, "config", "crd", "bases")
	server := apiserver.StartServer(t, apiserver.Options{CRDs: []string{crds}, EtcdQuota: o.EtcdQuota})
	config := server.Config
	config.QPS = -1
	s := &Stage{dir: t.TempDir(), Server: server, Metrics: newMetrics()}
	if s.API, err = client.NewWithWatch(config, client.Options{Scheme: scheme()}); err != nil {
		t.Fatal(err)
	}
	if s.Proxy, err = newProxy(config, s.Metrics); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Proxy.close)
	s.program = program(t, root, o.Tags)
	s.create(t, Namespace(operator.Namespace), Node("node-0"))
	return s
}

func scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// Operator starts an operator that reaches the API server through the proxy. It is
// killed with the test, if it still runs. Several have names of their own.
func (s *Stage) Operator(t testing.TB, name string, flags ...string) *operator.Running {
	t.Helper()
	kubeconfig := filepath.Join(s.dir, "kubeconfig")
	if err := s.writeKubeconfig(kubeconfig); err != nil {
		t.Fatal(err)
	}
	o := operator.New(s.program, kubeconfig, filepath.Join(s.dir, name+".log"), flags...)
	o.Env = s.Env
	if err := o.Again(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Kill(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", name, tail(o.Log))
		}
	})
	return o
}

// tail is the end of a file.
func tail(file string) string {
	const most = 16 << 10
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(text[max(len(text)-most, 0):])
}

func (s *Stage) writeKubeconfig(file string) error {
	const name = "stage"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: s.Proxy.URL}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name}
	config.CurrentContext = name
	return clientcmd.WriteToFile(*config, file)
}
