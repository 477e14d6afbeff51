package metricsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
)

// Reader reads the Metrics API. It keeps a buffer and the names of the last
// read, and is not for concurrent use.
type Reader struct {
	client   *client
	clock    clock.PassiveClock
	versions versions
	stream   stream
	pods     recall
	nodes    recall
}

// New returns a Reader that uses config, its timeout included. The rate limits
// of config do not apply.
func New(config *rest.Config, clock clock.PassiveClock) (*Reader, error) {
	c, err := newClient(config)
	if err != nil {
		return nil, err
	}
	return &Reader{client: c, clock: clock}, nil
}

// Read reads the metrics of all pods into a reset into: with one request if
// namespaces is nil, else with one per namespace named. The rows are valid if
// the error is nil, and there are none otherwise. KindOf tells the errors apart;
// an answer without a pod is Empty.
func (r *Reader) Read(ctx context.Context, namespaces []string, into *model.Samples) error {
	before := len(into.Pods)
	into.Reset()
	into.ReadTime = r.clock.Now()
	rows := newPodRows(into, &r.pods)
	if err := r.readPods(ctx, namespaces, rows); err != nil {
		into.Reset()
		return err
	}
	rows.finish()
	letGo(into.Pods, before)
	if len(into.Pods) == 0 && (namespaces == nil || len(namespaces) > 0) {
		return &Error{Kind: Empty, Advice: adviceEmpty}
	}
	return nil
}

func (r *Reader) readPods(ctx context.Context, namespaces []string, into *podRows) error {
	if namespaces == nil {
		return r.list(ctx, podMetricsList, into, "pods")
	}
	for _, namespace := range namespaces {
		// A path is made of it.
		if problems := validation.IsDNS1123Label(namespace); len(problems) > 0 {
			return fmt.Errorf("not the name of a namespace: %s", strings.Join(problems, ", "))
		}
		if err := r.list(ctx, podMetricsList, into, "namespaces", namespace, "pods"); err != nil {
			return err
		}
	}
	return nil
}

// ReadNodes reads the metrics of all nodes into a reset into, in the way of
// Read.
func (r *Reader) ReadNodes(ctx context.Context, into *model.NodeSamples) error {
	before := len(into.Nodes)
	into.Reset()
	into.ReadTime = r.clock.Now()
	rows := newNodeRows(into, &r.nodes)
	if err := r.list(ctx, nodeMetricsList, rows, "nodes"); err != nil {
		into.Reset()
		return err
	}
	rows.finish()
	letGo(into.Nodes, before)
	if len(into.Nodes) == 0 {
		return &Error{Kind: Empty, Advice: adviceEmpty}
	}
	return nil
}

// letGo clears the rows that a read leaves over from the larger one before it,
// which had some number of rows, so that their names can be collected.
func letGo[T any](rows []T, had int) {
	if had > len(rows) {
		clear(rows[len(rows):min(had, cap(rows))])
	}
}

// list reads one list, at a path below the version, into rows.
func (r *Reader) list(ctx context.Context, kind string, into rows, path ...string) error {
	body, err := r.open(ctx, path)
	if err != nil {
		return err
	}
	defer body.Close()
	err = r.stream.decode(body, kind, into)
	failure := r.stream.failure
	r.stream.source = nil
	switch {
	case err == nil:
		return nil
	case failure != nil && !errors.Is(failure, io.EOF):
		return transportError(ctx, failure, Truncated, adviceBrokenOff)
	case errors.Is(err, errEndsEarly):
		return &Error{Kind: Truncated, Advice: adviceBrokenOff, Err: err}
	default:
		return &Error{Kind: Truncated, Advice: adviceMalformed, Err: err}
	}
}

// open requests a list of the version that works and returns its body.
func (r *Reader) open(ctx context.Context, path []string) (io.ReadCloser, error) {
	now := r.clock.Now()
	for _, version := range r.versions.order(now) {
		body, err := r.client.get(ctx, now, append([]string{version}, path...)...)
		if err == nil {
			r.versions.worked(version)
			return body, nil
		}
		lookedOnly := r.versions.probing(version) && ctx.Err() == nil
		r.versions.failed(version, now)
		if !errors.Is(err, errNotFound) && !lookedOnly {
			return nil, err
		}
	}
	return nil, r.whyNotFound(ctx, now)
}

// whyNotFound asks for the group's document, once no version is found: it is
// there as soon as anything is registered, whatever the state of the backend.
func (r *Reader) whyNotFound(ctx context.Context, now time.Time) error {
	body, err := r.client.get(ctx, now)
	switch {
	case err == nil:
		drain(body)
		return &Error{Kind: Unavailable, Advice: adviceNoVersion}
	case errors.Is(err, errNotFound):
		return &Error{Kind: NotInstalled, Advice: adviceNotInstalled}
	default:
		return err
	}
}
