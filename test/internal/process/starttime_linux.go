package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// Fields of /proc/<pid>/stat, counted from 0 behind the name of the program: see proc_pid_stat(5), where the state is
// field 3 and the start time field 22.
const (
	fieldState     = 0
	fieldStartTime = 19
)

// startTime returns the boot in which the process started and the clock ticks since that boot.
func startTime(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return "", errNoProcess
	}
	if err != nil {
		return "", err
	}
	// The name of the program stands in parentheses and may itself contain spaces and parentheses.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= fieldStartTime {
		return "", fmt.Errorf("/proc/%d/stat has only %d fields behind the name", pid, len(fields))
	}
	if state := fields[fieldState][0]; state == 'Z' || state == 'X' {
		return "", errNoProcess
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(boot)) + "/" + string(fields[fieldStartTime]), nil
}
