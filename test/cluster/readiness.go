package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	// readinessLimit is how long anything may take to become ready, also on a machine that is busy.
	readinessLimit = 2 * time.Minute
	pollInterval   = 50 * time.Millisecond
	// answerLimit is how long a single question may take.
	answerLimit = 5 * time.Second
)

// check returns an error as long as something is not as it should be.
type check func(context.Context) error

// await repeats the check until it succeeds. It ends early when the component that has to bring it about has ended.
func (o *operation) await(ctx context.Context, component, what string, c check) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, pollInterval, readinessLimit, true, func(ctx context.Context) (bool, error) {
		if !o.process(component).Alive() {
			return false, componentError(component, errors.New("has ended"), o.Log(component))
		}
		last = c(ctx)
		return last == nil, nil
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case wait.Interrupted(err):
		return componentError(component, fmt.Errorf("waited %s for %s: %w", readinessLimit, what, last), o.Log(component))
	default:
		return err
	}
}

// ready is the check of whether a component serves.
func (o *operation) ready(c component) (check, error) {
	switch c.name {
	case Node:
		return o.networkReady, nil
	case Containerd:
		return o.containerdReady, nil
	default:
		return o.healthCheck(c)
	}
}

// healthCheck asks the component itself. The answer counts only by a certificate of ours: another cluster's
// component could have taken the port.
func (o *operation) healthCheck(c component) (check, error) {
	authority, user := clusterAuthority, administrator
	if c.name == Etcd {
		authority, user = etcdAuthority, etcdIdentity
	}
	certificates := o.layout.certificates()
	pair, err := tls.LoadX509KeyPair(certificates.Certificate(user), certificates.PrivateKey(user))
	if err != nil {
		return nil, err
	}
	trusted, err := os.ReadFile(certificates.Certificate(authority))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trusted)
	client := &http.Client{
		Timeout: answerLimit,
		Transport: &http.Transport{
			DialContext:       o.dial,
			TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
			DisableKeepAlives: true,
		},
	}
	where := url(o.state.Ports[c.name]) + c.health
	return func(ctx context.Context) error { return answersOK(ctx, client, where) }, nil
}

func answersOK(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return nil
}
