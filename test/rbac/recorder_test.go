package rbac

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// recorder stands between the operator and the API server, and notes down what is asked for and what is refused.
type recorder struct {
	server *httptest.Server

	mu      sync.Mutex
	asked   map[string]bool
	refused error
}

// newRecorder starts one that ends with the test. The API server knows who asks by the token that comes with a request.
func newRecorder(t *testing.T, config *rest.Config) *recorder {
	t.Helper()
	transport, err := rest.TransportFor(rest.AnonymousClientConfig(config))
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{asked: map[string]bool{}}
	r.server = httptest.NewTLSServer(&httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(target) },
		Transport:      transport,
		ModifyResponse: r.record,
		FlushInterval:  -1, // watches
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(func() {
		r.server.CloseClientConnections()
		r.server.Close()
	})
	return r
}

// lead makes a kubeconfig lead to the recorder.
func (r *recorder) lead(t *testing.T, kubeconfig string) {
	t.Helper()
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
	for _, c := range config.Clusters {
		c.Server, c.CertificateAuthority, c.CertificateAuthorityData = r.server.URL, "", certificate
	}
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
}

// requests tells what a request asks for, in the words of the API server.
var requests = request.RequestInfoFactory{APIPrefixes: sets.NewString("api", "apis"), GrouplessAPIPrefixes: sets.NewString("api")}

func (r *recorder) record(answer *http.Response) error {
	info, err := requests.NewRequestInfo(answer.Request)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer.StatusCode == http.StatusForbidden && r.refused == nil {
		r.refused = fmt.Errorf("the API server refuses to %s: %s", grantFor(info), answer.Request.URL)
	}
	if info.IsResourceRequest {
		r.asked[grantFor(info).String()] = true
	}
	return nil
}

// grantFor is the right that a request needs.
func grantFor(info *request.RequestInfo) grant {
	resource := info.Resource
	if info.Subresource != "" {
		resource += "/" + info.Subresource
	}
	return grant{rbacv1.PolicyRule{APIGroups: []string{info.APIGroup}, Resources: []string{resource}, Verbs: []string{info.Verb}}}
}

// saw reports whether a right was made use of.
func (r *recorder) saw(g grant) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[g.String()]
}

// refusal is the first that there was.
func (r *recorder) refusal() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}
