package metricsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"k8s.io/client-go/rest"
)

const (
	group = "metrics.k8s.io"

	// accept prefers protobuf; some providers have JSON only.
	accept = "application/vnd.kubernetes.protobuf, application/json"

	// maxDrained is how much of an unwanted body is read, so that the connection
	// can serve again.
	maxDrained = 64 << 10

	// maxRetryAfter bounds what a server may ask for.
	maxRetryAfter = time.Hour
)

// errNotFound is a 404. It may come as a Status or as plain text, depending on
// which server of the chain answers, so nothing but the code is looked at.
var errNotFound = errors.New("not found (404)")

// client sends the requests.
type client struct {
	http *http.Client
	base *url.URL
}

func newClient(config *rest.Config) (*client, error) {
	config = rest.CopyConfig(config)
	if config.UserAgent == "" {
		config.UserAgent = rest.DefaultKubernetesUserAgent()
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("the address of the API server is not valid: %w", err)
	}
	h, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("no HTTP client for the API server: %w", err)
	}
	return &client{http: h, base: base}, nil
}

// get returns the body of a 200 at a path below the group. Any other answer is
// errNotFound, an *Error, or the context's cancellation.
func (c *client) get(ctx context.Context, now time.Time, path ...string) (io.ReadCloser, error) {
	at := c.base.JoinPath(append([]string{"apis", group}, path...)...)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("no request to the Metrics API: %w", err)
	}
	request.Header.Set("Accept", accept)
	// To unpack gzip takes longer than to scan what was packed.
	request.Header.Set("Accept-Encoding", "identity")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, transportError(ctx, err, Unavailable, adviceUnreachable)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	drain(response.Body)
	return nil, statusError(response, now)
}

func drain(body io.ReadCloser) {
	// What fails here concerns a body that nobody wants.
	_, _ = io.CopyN(io.Discard, body, maxDrained)
	_ = body.Close()
}

// transportError sorts an error of the transport into Timeout, cancellation or
// otherwise the kind given. The URL that net/http puts into its errors is left
// out: it may name a namespace.
func transportError(ctx context.Context, err error, kind Kind, advice string) error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err
	}
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("the read of the Metrics API was cancelled: %w", context.Cause(ctx))
	case ctx.Err() != nil, errors.As(err, &network) && network.Timeout():
		return &Error{Kind: Timeout, Advice: adviceTimeout, Err: err}
	default:
		return &Error{Kind: kind, Advice: advice, Err: err}
	}
}

// statusError turns an answer that is not a 200 into an error.
func statusError(response *http.Response, now time.Time) error {
	e := &Error{
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), now),
		Err:        fmt.Errorf("HTTP status %d", response.StatusCode),
	}
	switch response.StatusCode {
	case http.StatusNotFound:
		return errNotFound
	case http.StatusUnauthorized:
		e.Kind, e.Advice = Forbidden, adviceUnauthorized
	case http.StatusForbidden:
		e.Kind, e.Advice = Forbidden, adviceForbidden
	case http.StatusTooManyRequests:
		e.Kind, e.Advice = Throttled, adviceThrottled
	case http.StatusServiceUnavailable:
		e.Kind, e.Advice = Unavailable, adviceBackendDown
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		e.Kind, e.Advice = Timeout, adviceTimeout
	default:
		e.Kind, e.Advice = Unavailable, adviceServerError
	}
	return e
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(header); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
