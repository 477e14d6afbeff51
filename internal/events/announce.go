package events

import (
	"context"
	"fmt"
	"sync"

	eventsv1 "k8s.io/api/events/v1"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// draft is a notice and its Event.
type draft struct {
	notice *threshold.Notice
	event  *eventsv1.Event
	// done tells that the notice is owed no more.
	done bool
}

// Announce writes the Events of notices, those of a subject in their order and those
// of several at once. It returns the notices that are owed no more, in their order:
// those whose Events are stored, and those that can never have one, which is logged
// and counted. What fails for a time is tried again until ctx ends. An error tells
// that notices are left, and why.
func (w *Writer) Announce(ctx context.Context, about About, owed []threshold.Notice) (delivered []threshold.Notice, err error) {
	drafts := w.drafts(&about, owed)
	failures := w.deliverAll(ctx, &about, bySubject(drafts))
	for i := range drafts {
		if drafts[i].done {
			delivered = append(delivered, *drafts[i].notice)
		}
	}
	if left := len(owed) - len(delivered); left > 0 {
		return delivered, fmt.Errorf("%d of %d Events of %s are not stored yet: %w", left, len(owed), about.String(), failures)
	}
	return delivered, nil
}

// drafts makes the Events of notices. All objects are looked up at once.
func (w *Writer) drafts(about *About, owed []threshold.Notice) []draft {
	objects := make([]model.Reference, len(owed))
	for i := range owed {
		objects[i] = regarding(about, &owed[i])
	}
	w.resolver.Identify(objects)
	drafts := make([]draft, len(owed))
	for i := range owed {
		drafts[i] = draft{notice: &owed[i], event: newEvent(about, &owed[i], &objects[i], w.instance)}
	}
	return drafts
}

// bySubject puts the notices of each subject into a queue of their own. Those about
// the threshold as a whole are one more.
func bySubject(drafts []draft) (queues [][]*draft) {
	type key struct {
		subject model.Subject
		overall bool
	}
	at := make(map[key]int, len(drafts))
	for i := range drafts {
		d := &drafts[i]
		k := key{d.notice.Subject, d.notice.Overall}
		q, known := at[k]
		if !known {
			q = len(queues)
			at[k], queues = q, append(queues, nil)
		}
		queues[q] = append(queues[q], d)
	}
	return queues
}

// deliverAll delivers several queues at once. It returns the first error.
func (w *Writer) deliverAll(ctx context.Context, about *About, queues [][]*draft) error {
	work, errs := make(chan []*draft), make(chan error, len(queues))
	var workers sync.WaitGroup
	for range min(subjects, len(queues)) {
		workers.Go(func() {
			for queue := range work {
				if err := w.deliverInOrder(ctx, about, queue); err != nil {
					errs <- err
				}
			}
		})
	}
	for _, queue := range queues {
		work <- queue
	}
	close(work)
	workers.Wait()
	close(errs)
	return <-errs
}

// deliverInOrder stops at the first notice that is left.
func (w *Writer) deliverInOrder(ctx context.Context, about *About, queue []*draft) error {
	for _, d := range queue {
		if err := w.deliver(ctx, about, d); err != nil {
			return err
		}
	}
	return nil
}

// deliver writes an Event until it is stored, or never will be. An error tells that
// it may be another time.
func (w *Writer) deliver(ctx context.Context, about *About, d *draft) error {
	backoff := newBackoff()
	for {
		err := w.store(ctx, about, d.event)
		switch fate, reason := fateOf(err); {
		case fate == stored:
			w.wrote(about, d.notice)
		case fate == hopeless:
			w.drop(about, d.notice, reason, err)
		case fate == refused:
			w.metrics.failed(reason)
			return err
		case w.wait(ctx, backoff.Step()+delayOf(err)) != nil:
			return err
		default:
			w.metrics.retries.Inc()
			continue
		}
		d.done = true
		return nil
	}
}
