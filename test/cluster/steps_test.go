package cluster

import (
	"context"
	"errors"
	"testing"
)

func TestInParallelTheFirstFailureEndsTheOthers(t *testing.T) {
	broken := errors.New("broken")
	err := inParallel(
		func(context.Context) error { return broken },
		func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	)(t.Context())
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v, want %v", err, broken)
	}
}

func TestInParallelAllRunAtOnce(t *testing.T) {
	meet := make(chan struct{})
	err := inParallel(
		func(context.Context) error { meet <- struct{}{}; return nil },
		func(context.Context) error { <-meet; return nil },
	)(t.Context())
	if err != nil {
		t.Error(err)
	}
}

func TestInSequenceTheFirstFailureIsTheLastStep(t *testing.T) {
	broken := errors.New("broken")
	ran := ""
	step := func(name string, err error) step {
		return func(context.Context) error { ran += name; return err }
	}
	err := inSequence(step("a", nil), step("b", broken), step("c", nil))(t.Context())
	if !errors.Is(err, broken) || ran != "ab" {
		t.Errorf("ran %s and ended with %v, want ab and %v", ran, err, broken)
	}
}
