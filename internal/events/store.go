package events

import (
	"context"
	"fmt"

	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// store writes an Event under the first of its names that no Event of others has. It
// is done where it finds its own.
func (w *Writer) store(ctx context.Context, about *About, event *eventsv1.Event) error {
	e := *event
	for n := range maxNames {
		e.Name = nthName(event.Name, n)
		err := w.create(ctx, about, &e)
		if !apierrors.IsAlreadyExists(err) {
			return err
		}
		if own, err := w.isOwn(ctx, about, &e); own || err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s/%s", errTaken, event.Namespace, event.Name)
}

// turn waits until a request may be sent. The caller calls leave after it.
func (w *Writer) turn(ctx context.Context, about *About) (leave func(), err error) {
	if leave, err = w.lanes.enter(ctx, about.Namespace); err != nil {
		return nil, err
	}
	if err = w.pace.Wait(ctx); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

func (w *Writer) create(ctx context.Context, about *About, e *eventsv1.Event) error {
	leave, err := w.turn(ctx, about)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	err = w.client.Post().Namespace(e.Namespace).Resource("events").Body(e).MaxRetries(0).Do(ctx).Error()
	if err != nil {
		return fmt.Errorf("create the Event %s/%s: %w", e.Namespace, e.Name, err)
	}
	return nil
}

// isOwn tells whether the Event of a name is one of the threshold.
func (w *Writer) isOwn(ctx context.Context, about *About, e *eventsv1.Event) (own bool, err error) {
	leave, err := w.turn(ctx, about)
	if err != nil {
		return false, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	found := &eventsv1.Event{}
	err = w.client.Get().Namespace(e.Namespace).Resource("events").Name(e.Name).MaxRetries(0).Do(ctx).Into(found)
	if apierrors.IsNotFound(err) {
		return false, fmt.Errorf("%w: %s/%s", errVanished, e.Namespace, e.Name)
	}
	if err != nil {
		return false, fmt.Errorf("read the Event %s/%s: %w", e.Namespace, e.Name, err)
	}
	return found.Labels[v1alpha1.ThresholdUIDLabel] == about.UID, nil
}
