package relist

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/watchlist"
	"k8s.io/utils/clock"
)

const (
	shortestPause = 500 * time.Millisecond
	longestPause  = 4 * time.Second
	// jitter lets pauses be longer by this part of them at most, so that not all caches
	// come at once.
	jitter = 0.5
	// telling is how often it is told that something is still tried.
	telling = time.Minute
)

// Backoff is the pace of a reflector.
func Backoff() *wait.Backoff {
	return &wait.Backoff{Duration: shortestPause, Factor: 2, Jitter: jitter, Cap: longestPause, Steps: 10}
}

// Informer makes the informers of a cache of controller-runtime.
func Informer(clock clock.Clock, log logr.Logger) func(cache.ListerWatcher, runtime.Object, time.Duration, cache.Indexers) cache.SharedIndexInformer {
	return func(from cache.ListerWatcher, object runtime.Object, resync time.Duration, indexers cache.Indexers) cache.SharedIndexInformer {
		p := &patient{from: cache.ToListerWatcherWithContext(from), clock: clock, log: log}
		return cache.NewSharedIndexInformer(p, object, resync, indexers)
	}
}

// patient tries lists and watches until they succeed, or their context ends.
type patient struct {
	from  cache.ListerWatcherWithContext
	clock clock.Clock
	log   logr.Logger
}

// IsWatchListSemanticsUnSupported tells the reflector what the source is capable of.
func (p *patient) IsWatchListSemanticsUnSupported() bool {
	return watchlist.DoesClientNotSupportWatchListSemantics(p.from)
}

// List implements cache.Lister; the reflector calls ListWithContext.
func (p *patient) List(options metav1.ListOptions) (runtime.Object, error) {
	return p.from.ListWithContext(context.Background(), options)
}

// Watch implements cache.Watcher; the reflector calls WatchWithContext.
func (p *patient) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return p.from.WatchWithContext(context.Background(), options)
}

// ListWithContext implements cache.ListerWithContext.
func (p *patient) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	return insist(ctx, p, func() (runtime.Object, error) { return p.from.ListWithContext(ctx, options) })
}

// WatchWithContext implements cache.WatcherWithContext.
func (p *patient) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	w, err := insist(ctx, p, func() (watch.Interface, error) { return p.from.WatchWithContext(ctx, options) })
	if err != nil {
		return nil, err
	}
	return endQuietly(w), nil
}

// insist calls until there is a result, or an error that is final.
func insist[T any](ctx context.Context, p *patient, call func() (T, error)) (result T, err error) {
	pace := Backoff()
	var told time.Time
	for {
		if result, err = call(); err == nil || ctx.Err() != nil || isFinal(err) {
			return result, err
		}
		if p.clock.Since(told) >= telling {
			told = p.clock.Now()
			p.log.Info("A list or watch failed and is tried again", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return result, err
		case <-p.clock.After(pace.Step()):
		}
	}
}

// isFinal tells whether the reflector has another answer to an error than to try again.
func isFinal(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) ||
		apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
}
