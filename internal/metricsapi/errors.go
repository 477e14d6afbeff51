package metricsapi

import (
	"errors"
	"time"
)

// Kind says what kept the Metrics API from being read. It serves as the reason
// of a condition and as the value of a metric label.
type Kind string

// The kinds. An error that is none of them, such as a cancelled context, has
// the kind "".
const (
	// NotInstalled: the API server knows no group metrics.k8s.io.
	NotInstalled Kind = "NotInstalled"
	// Unavailable: the API is registered, or may be, but does not answer.
	Unavailable Kind = "Unavailable"
	// Empty: an answer without a single item.
	Empty Kind = "Empty"
	// Truncated: the answer broke off, is malformed or is too large.
	Truncated Kind = "Truncated"
	// Throttled: the API server asks to slow down.
	Throttled Kind = "Throttled"
	// Forbidden: the operator has no right to read the Metrics API.
	Forbidden Kind = "Forbidden"
	// Timeout: no whole answer came in time.
	Timeout Kind = "Timeout"
)

// Kinds are all of them.
var Kinds = []Kind{NotInstalled, Unavailable, Empty, Truncated, Throttled, Forbidden, Timeout}

// Error is a failed read.
type Error struct {
	Kind Kind
	// Advice says what is wrong and what to do next. It names no namespace, pod
	// or address, so that it can stand in any status.
	Advice string
	// RetryAfter is how long the server asks to wait; 0 where it does not say.
	RetryAfter time.Duration
	// Err is the cause, where there is one. It may name addresses.
	Err error
}

// Error returns the advice and the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Advice
	}
	return e.Advice + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain, or "".
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

const checkBackend = "check the metrics-server pods and `kubectl get apiservice v1beta1.metrics.k8s.io`"

const (
	adviceNotInstalled = "the Metrics API is not installed: no APIService v1beta1.metrics.k8s.io; " +
		"install metrics-server, see https://github.com/kubernetes-sigs/metrics-server"
	adviceNoVersion = "the group metrics.k8s.io is registered, but neither v1 nor v1beta1 can be listed: " +
		"check `kubectl get apiservice` and what the Metrics API's provider serves"
	adviceBackendDown = "the Metrics API is installed but its backend does not answer (503): " + checkBackend
	adviceServerError = "the Metrics API answered with an error: " + checkBackend
	adviceUnreachable = "the API server could not be reached for the Metrics API: " +
		"check the network between the operator and the API server"
	adviceEmpty = "the Metrics API answered with no samples at all: " +
		"wait for two scrapes after its start, then check the logs of the metrics-server pods for failed scrapes"
	adviceBrokenOff = "the answer of the Metrics API broke off: " +
		"it is read again; if that persists, " + checkBackend
	adviceMalformed = "the answer of the Metrics API is malformed and was not used: " +
		"check which provider serves APIService v1beta1.metrics.k8s.io, and its version"
	adviceThrottled = "the API server throttles the Metrics API (429): " +
		"it is read again later; if that persists, look at the API server's load and its flow schemas"
	adviceForbidden = "the operator may not list in metrics.k8s.io (403): " +
		"apply the ClusterRole that comes with the operator and check its binding"
	adviceUnauthorized = "the API server does not accept the operator's credentials (401): " +
		"check its service account and token"
	adviceTimeout = "the Metrics API did not answer in full in time: " + checkBackend
)
