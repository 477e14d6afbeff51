// Package process starts programs that outlive their starter, and ends exactly these.
//
// A pid alone does not say which process is meant, since the system gives it to another one later. An [Identity] is
// therefore the pid and the time at which that process started, and no signal is sent unless both agree.
//
// A starter can crash at any moment, so a program must not run before its identity is stored. [Start] holds the new
// process at a gate: a shell that waits for a line on its standard input. Once the caller has recorded the identity,
// the line is written and the shell becomes the program, with the same pid and start time. When the starter dies
// first, the shell reads the end of the input and exits.
//
// On Linux a program can be apart: it then has processes, mounts and a network of its own, and takes all that runs in
// them with it when it ends.
package process

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// gate runs the program after its own name only once a line has arrived.
const gate = `read -r _ && exec "$@" </dev/null`

// Command is a program to start.
type Command struct {
	Path string
	Args []string
	// Dir is the working folder, and Env the whole environment: nothing is inherited.
	Dir string
	Env []string
	// Log is the file to which standard output and standard error are appended.
	Log string
	// Apart gives the program processes, mounts and a network of its own, which needs Linux and its administrator. It is
	// then the first of its processes: when it ends, however that comes about, the kernel ends the others, and mounts
	// and network go with them.
	Apart bool
	// Within makes the program one of the processes of a program apart.
	Within Identity
}

// Start runs the command in a session of its own, so that neither the end of the terminal nor an interrupt from it
// reaches the program. The program begins only after record has stored the identity.
func Start(c Command, record func(Identity) error) error {
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	waiting, open, err := os.Pipe()
	if err != nil {
		return err
	}
	defer waiting.Close()
	defer open.Close()

	cmd := exec.Command("/bin/sh", append([]string{"-c", gate, "sh", c.Path}, c.Args...)...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = waiting, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if c.Apart {
		if err := setApart(cmd.SysProcAttr); err != nil {
			return err
		}
	}
	if err := c.Within.Within(cmd.Start); err != nil {
		return err
	}
	// The exit status does not matter, but an unread one would leave a zombie behind.
	go func() { _ = cmd.Wait() }()
	return openGate(cmd.Process.Pid, open, record)
}

func openGate(pid int, open *os.File, record func(Identity) error) error {
	identity, err := identify(pid)
	if err != nil {
		return fmt.Errorf("process %d ended before it began: %w", pid, err)
	}
	if err := record(identity); err != nil {
		return fmt.Errorf("record process %d: %w", pid, err)
	}
	_, err = open.WriteString("\n")
	return err
}
