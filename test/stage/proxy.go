package stage

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
)

// Proxy stands between the operator and the API server.
type Proxy struct {
	// URL is where the operator finds it.
	URL string

	server  *httptest.Server
	forward http.Handler
	metrics http.Handler
	faults  atomic.Pointer[Faults]
	// Requests counts all requests but those of the Metrics API.
	Requests atomic.Int64
}

// Faults answers the requests that are to fail. It tells false for those that it
// leaves alone, and must not have touched the answer then.
type Faults func(w http.ResponseWriter, r *http.Request) (answered bool)

// Inject puts faults into the proxy, in place of those before; nil for none.
func (p *Proxy) Inject(f Faults) {
	if f == nil {
		p.faults.Store(nil)
		return
	}
	p.faults.Store(&f)
}

// Cut ends all connections that are open.
func (p *Proxy) Cut() { p.server.CloseClientConnections() }

// metricsPath is where the Metrics API lies.
const metricsPath = "/apis/metrics.k8s.io"

func newProxy(config *rest.Config, metrics http.Handler) (*Proxy, error) {
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1, // watches
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		ErrorLog:      slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // connections that are lost are what the tests want
	}
	p := &Proxy{forward: forward, metrics: metrics}
	p.server = httptest.NewUnstartedServer(p)
	p.server.Config.IdleTimeout = idle
	p.server.Start()
	p.URL = p.server.URL
	return p, nil
}

// idle is after what time a connection ends that nobody uses, so that a fault leaves
// none behind that would be taken for a leak.
const idle = 5 * time.Second

// ServeHTTP lets the faults answer, or else who was asked.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !IsMetrics(r) {
		p.Requests.Add(1)
	}
	if f := p.faults.Load(); f == nil || !(*f)(w, r) {
		p.Forward(w, r)
	}
}

// Forward lets who was asked answer. Faults use it to see or to change an answer.
func (p *Proxy) Forward(w http.ResponseWriter, r *http.Request) {
	if IsMetrics(r) {
		p.metrics.ServeHTTP(w, r)
		return
	}
	p.forward.ServeHTTP(w, r)
}

// IsMetrics tells whether a request is one of the Metrics API.
func IsMetrics(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, metricsPath) }

func (p *Proxy) close() {
	p.server.CloseClientConnections()
	p.server.Close()
}
