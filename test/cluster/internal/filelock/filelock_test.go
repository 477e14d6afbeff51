package filelock

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func acquire(t *testing.T, path string) *Lock {
	t.Helper()
	lock, err := Acquire(t.Context(), path, func() { t.Errorf("somebody else holds %s", path) })
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func TestOnlyOneHoldsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	first := acquire(t, path)

	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	_, err := Acquire(ctx, path, func() { told++; cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the second gets %v, want the end of its context", err)
	}
	if told != 1 {
		t.Errorf("the second was told %d times that it waits, want once", told)
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := acquire(t, path).Unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestWhoWaitsGetsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := acquire(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	second, err := Acquire(ctx, path, func() { _ = first.Unlock() })
	if err != nil {
		t.Fatal(err)
	}
	_ = second.Unlock()
}

func TestALockOnARemovedFileDoesNotCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := acquire(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	second, err := Acquire(ctx, path, func() {
		if err := errors.Join(first.Remove(), first.Unlock()); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Unlock() }()
	if !isAt(second.file, path) {
		t.Error("the lock is on a file that is gone, so another process could hold it too")
	}
}
