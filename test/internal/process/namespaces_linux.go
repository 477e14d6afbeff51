package process

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespaces are those that a program apart has of its own.
const namespaces = unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET

func setApart(attributes *syscall.SysProcAttr) error {
	attributes.Cloneflags = namespaces
	return nil
}

// CanBeApart returns an error where the user may not start a program apart that has mounts of its own.
func CanBeApart(ctx context.Context) error {
	try := exec.CommandContext(ctx, "mount", "--make-rprivate", "/")
	try.SysProcAttr = &syscall.SysProcAttr{}
	if err := setApart(try.SysProcAttr); err != nil {
		return err
	}
	if output, err := try.CombinedOutput(); err != nil {
		return fmt.Errorf("%w %s", err, bytes.TrimSpace(output))
	}
	return nil
}

// Within runs f as if it were part of a program apart, and returns what f returns: f sees its network and its mounts,
// and a process that f starts is one of its processes. A socket keeps the network that it was opened in. f must not
// start goroutines that need any of that. Within no process, f just runs.
func (i Identity) Within(f func() error) error {
	if i == (Identity{}) {
		return f()
	}
	done := make(chan error, 1)
	go func() {
		// The thread ends with this goroutine, since it stays locked to it: nothing else is ever to run on it.
		runtime.LockOSThread()
		err := i.enter()
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// enter puts the current thread into the namespaces of the process.
func (i Identity) enter() error {
	// The handle is bound to the process. Taking it before the comparison leaves no moment in which the pid could pass
	// to another process.
	handle, err := unix.PidfdOpen(i.PID, 0)
	if err != nil {
		return fmt.Errorf("enter the namespaces of process %d: %w", i.PID, err)
	}
	defer unix.Close(handle)
	if !i.Alive() {
		return fmt.Errorf("enter the namespaces of process %d: %w", i.PID, errNoProcess)
	}
	// A thread that shares its working folder with others cannot change its mounts.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("part from the other threads: %w", err)
	}
	if err := unix.Setns(handle, namespaces); err != nil {
		return fmt.Errorf("enter the namespaces of process %d: %w", i.PID, err)
	}
	return nil
}
