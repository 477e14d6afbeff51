// Package filelock keeps processes of one machine out of each other's way. The lock is the system's own and falls
// with the process that holds it, so a crash leaves nothing to clean up.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// pollInterval is how often a waiting process tries again.
const pollInterval = 100 * time.Millisecond

// Lock is held until Unlock.
type Lock struct{ file *os.File }

// Acquire waits for the lock on the file at the path, and creates the file and its folder if need be. It calls waiting
// once when another process holds the lock.
func Acquire(ctx context.Context, path string, waiting func()) (*Lock, error) {
	for told := false; ; {
		lock, err := try(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if lock != nil {
			return lock, nil
		}
		if !told {
			told = true
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process holds the lock %s: %w", path, ctx.Err())
		case <-time.After(pollInterval):
		}
	}
}

// try returns nil when the lock is held elsewhere.
func try(path string) (*Lock, error) {
	// On each try, since the last holder may have removed the folder too.
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, file.Close()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !isAt(file, path) {
		return nil, file.Close()
	}
	return &Lock{file}, nil
}

// isAt reports whether the file is still the one at the path: its last holder may have removed it meanwhile, and a
// lock on a removed file excludes nobody.
func isAt(file *os.File, path string) bool {
	locked, err := file.Stat()
	if err != nil {
		return false
	}
	present, err := os.Stat(path)
	return err == nil && os.SameFile(locked, present)
}

// Remove deletes the file while the lock is still held.
func (l *Lock) Remove() error {
	if err := os.Remove(l.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Unlock lets the next process in.
func (l *Lock) Unlock() error { return l.file.Close() }
