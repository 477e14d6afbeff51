package events

import (
	"context"
	"errors"
	"testing"
)

// TestLanes: a full lane holds up its own namespace only, and leaves nothing behind.
func TestLanes(t *testing.T) {
	var l lanes
	var leave []func()
	enter := func(ctx context.Context, namespace string) error {
		left, err := l.enter(ctx, namespace)
		if err == nil {
			leave = append(leave, left)
		}
		return err
	}
	for range parallel {
		if err := enter(t.Context(), "loud"); err != nil {
			t.Fatal(err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := enter(ended, "loud"); !errors.Is(err, context.Canceled) {
		t.Errorf("the lane is full, but: %v", err)
	}
	if err := enter(t.Context(), "quiet"); err != nil {
		t.Error(err)
	}
	leave[0]()
	leave = leave[1:]
	if err := enter(t.Context(), "loud"); err != nil {
		t.Error(err)
	}
	for _, left := range leave {
		left()
	}
	if len(l.byName) > 0 {
		t.Errorf("%d lanes are kept that nobody is in", len(l.byName))
	}
}
