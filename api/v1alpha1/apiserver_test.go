package v1alpha1_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

const (
	crdDirectory = "../../config/crd/bases"
	namespace    = "shop"
)

// apiServer is a real API server with the generated CRDs, started for the
// first test that asks for it.
var apiServer struct {
	start  sync.Once
	stop   func() error
	config *rest.Config
	client client.Client
	err    error
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if apiServer.stop != nil {
		if err := apiServer.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the API server:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// server returns a client of the API server, which starts where needed.
func server(t *testing.T) client.Client {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: this test starts an API server")
	}
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set: it names the directory of kube-apiserver and etcd; run make test, which builds them and sets it")
	}
	apiServer.start.Do(func() { apiServer.err = startServer(context.Background()) })
	if apiServer.err != nil {
		t.Fatal(apiServer.err)
	}
	return apiServer.client
}

func startServer(ctx context.Context) error {
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{crdDirectory},
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		return fmt.Errorf("start an API server with the CRDs of %s: %w", crdDirectory, err)
	}
	apiServer.stop, apiServer.config = environment.Stop, config
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	if apiServer.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	return apiServer.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
}

func ensureNamespace(t *testing.T, c client.Client, name string) {
	t.Helper()
	err := c.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	if client.IgnoreAlreadyExists(err) != nil {
		t.Fatal(err)
	}
}

// report is an object of this API with a spec in YAML, as a user sends it.
func report(t *testing.T, kind, name, spec string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{Object: map[string]any{}}
	if spec != "" {
		object.Object["spec"] = fromYAML(t, spec)
	}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	object.SetName(name)
	if kind == "UsageReport" {
		object.SetNamespace(namespace)
	}
	return object
}

func fromYAML(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return value
}
