package cluster

import (
	"context"
	"sync"
)

// step is a part of a start.
type step func(context.Context) error

// inParallel runs the steps at once. The first failure cancels the others, and is what is returned.
func inParallel(steps ...step) step {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var running sync.WaitGroup
		for _, step := range steps {
			running.Go(func() {
				if err := step(ctx); err != nil {
					cancel(err)
				}
			})
		}
		running.Wait()
		return context.Cause(ctx)
	}
}

// inSequence runs one step after the other, up to the first failure.
func inSequence(steps ...step) step {
	return func(ctx context.Context) error {
		for _, step := range steps {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}
