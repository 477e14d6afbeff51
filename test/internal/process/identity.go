package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Identity names one process for ever, also after its end.
type Identity struct {
	PID int `json:"pid"`
	// Started is when the process began, in the system's own notation. It is only ever compared.
	Started string `json:"started"`
}

// errNoProcess is what startTime returns for a pid that no living process has.
var errNoProcess = errors.New("no such process")

// pollInterval is how often Stop looks whether the process has ended.
const pollInterval = 20 * time.Millisecond

func identify(pid int) (Identity, error) {
	started, err := startTime(pid)
	return Identity{PID: pid, Started: started}, err
}

// Alive reports whether the process still runs. A zombie does not: it only waits for its parent.
func (i Identity) Alive() bool {
	if i.PID <= 0 {
		return false
	}
	started, err := startTime(i.PID)
	return err == nil && started == i.Started
}

// Signal sends the signal, or does nothing when the process has ended.
func (i Identity) Signal(s syscall.Signal) error {
	if i.PID <= 0 {
		return nil
	}
	// Where the system has them, the handle is bound to the process and not to the pid. Taking it before the
	// comparison leaves no moment in which the pid could pass to another process.
	handle, err := os.FindProcess(i.PID)
	if err != nil {
		return nil
	}
	defer func() { _ = handle.Release() }()
	if !i.Alive() {
		return nil
	}
	if err := handle.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %v to process %d: %w", s, i.PID, err)
	}
	return nil
}

// Stop asks the process to end and, after the grace period, ends it. It returns once the process is gone.
func (i Identity) Stop(grace time.Duration) error {
	if err := i.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	// A paused process would not see the request.
	if err := i.Signal(syscall.SIGCONT); err != nil {
		return err
	}
	if i.endsWithin(grace) {
		return nil
	}
	return i.Kill(grace)
}

// Kill ends the process without warning. It returns once the process is gone.
func (i Identity) Kill(grace time.Duration) error {
	if err := i.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	if !i.endsWithin(grace) {
		return fmt.Errorf("process %d does not end", i.PID)
	}
	return nil
}

func (i Identity) endsWithin(limit time.Duration) bool {
	for deadline := time.Now().Add(limit); i.Alive(); time.Sleep(pollInterval) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}
