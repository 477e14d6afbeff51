package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// testPods looks at the operator's processes as the kernel sees them: what the manifests promise must be so.
func testPods(t *testing.T) {
	for _, pod := range mustHavePods(t) {
		if c := pod.Status.ContainerStatuses[0]; !c.Ready {
			t.Errorf("%s is not ready: %+v", pod.Name, c)
		}
		if pod.Status.QOSClass == corev1.PodQOSBestEffort {
			t.Errorf("%s requests nothing, so it is evicted first", pod.Name)
		}
	}
	var processes []process
	err := local.Within(func() (err error) {
		processes, err = processesOf("/usage-operator")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(processes) != replicas {
		t.Fatalf("%d processes run the operator, want %d", len(processes), replicas)
	}
	for _, p := range processes {
		for field, want := range map[string]string{
			"Uid":        "65532 65532 65532 65532",
			"Gid":        "65532 65532 65532 65532",
			"CapEff":     "0000000000000000",
			"CapBnd":     "0000000000000000",
			"NoNewPrivs": "1",
			// A filter of system calls.
			"Seccomp": "2",
		} {
			if got := p.status[field]; got != want {
				t.Errorf("process %s has %s %q, want %q", p.id, field, got, want)
			}
		}
		if !p.readOnlyRoot {
			t.Errorf("process %s can write to its root folder", p.id)
		}
	}
}

// process is what the kernel tells of one.
type process struct {
	id string
	// status holds the lines of its file status, and their fields with one space between them.
	status       map[string]string
	readOnlyRoot bool
}

// processesOf finds the processes that run a program, by its path in their image.
func processesOf(program string) (found []process, err error) {
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, err
	}
	for _, path := range commands {
		command, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if name, _, _ := strings.Cut(string(command), "\x00"); name != program {
			continue
		}
		p, err := readProcess(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

func readProcess(folder string) (process, error) {
	p := process{id: filepath.Base(folder), status: map[string]string{}}
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		return p, err
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		p.status[name] = strings.Join(strings.Fields(value), " ")
	}
	mounts, err := os.ReadFile(filepath.Join(folder, "mounts"))
	if err != nil {
		return p, err
	}
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); len(fields) > 3 && fields[1] == "/" {
			p.readOnlyRoot = strings.HasPrefix(fields[3], "ro,")
			return p, nil
		}
	}
	return p, fmt.Errorf("process %s has no root folder", p.id)
}
