package events

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
)

var (
	errTaken    = errors.New("others have all names of the Event")
	errVanished = errors.New("an Event of this name was there, and is gone")
)

// fate is what becomes of an Event after an attempt to store it.
type fate int

const (
	// stored: it is there.
	stored fate = iota
	// hopeless: it can never be stored.
	hopeless
	// refused: it is not wanted now, and may be another time.
	refused
	// delayed: it is worth another attempt at once, or soon.
	delayed
)

// fateOf tells what an answer means, and the reason by which a failure is counted.
func fateOf(err error) (f fate, reason string) {
	var status apierrors.APIStatus
	switch {
	case err == nil:
		return stored, ""
	case errors.Is(err, errTaken):
		return hopeless, nameTaken
	case apierrors.IsInvalid(err):
		return hopeless, invalid
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return hopeless, namespaceTerminating
	case isNamespaceGone(err):
		return hopeless, namespaceGone
	case !errors.As(err, &status):
		return delayed, ""
	}
	if code := status.Status().Code; code == http.StatusTooManyRequests || code >= http.StatusInternalServerError {
		return delayed, ""
	}
	return refused, string(apierrors.ReasonForError(err))
}

func isNamespaceGone(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Kind == "namespaces"
}

// newBackoff returns the delays between attempts, without what the server asks for.
func newBackoff() wait.Backoff {
	return wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: math.MaxInt, Cap: 10 * time.Second}
}

// delayOf is the delay that the server asks for.
func delayOf(err error) time.Duration {
	seconds, _ := apierrors.SuggestsClientDelay(err)
	return time.Duration(seconds) * time.Second
}

// wait returns an error where ctx ends before d has passed.
func (w *Writer) wait(ctx context.Context, d time.Duration) error {
	timer := w.clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C():
		return nil
	}
}
