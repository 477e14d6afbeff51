package apiserver

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// clockTick is the unit of times in /proc: Linux shows every program a hundred a
// second, whatever its own clock.
const clockTick = 10 * time.Millisecond

// Processor returns the processor time that a program of this test, such as
// kube-apiserver or etcd, has used so far. It works on Linux.
func Processor(program string) (time.Duration, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if spent, ours := processorOf(stat, program); ours {
			return spent, nil
		}
	}
	return 0, fmt.Errorf("no child of this process is called %s", program)
}

// Fields of /proc/<pid>/stat, counted from 0 behind the name of the program: see
// proc_pid_stat(5), where the parent is field 4.
const (
	fieldParent = 1
	fieldUser   = 11
	fieldSystem = 12
)

// processorOf reads a file stat if it is of a child of this process.
func processorOf(stat []byte, program string) (spent time.Duration, ours bool) {
	name, rest, found := bytes.Cut(stat, []byte(") "))
	fields := bytes.Fields(rest)
	if !found || len(fields) <= fieldSystem || !bytes.HasSuffix(name, []byte("("+program)) {
		return 0, false
	}
	number := func(field int) int {
		n, _ := strconv.Atoi(string(fields[field]))
		return n
	}
	return time.Duration(number(fieldUser)+number(fieldSystem)) * clockTick, number(fieldParent) == os.Getpid()
}
