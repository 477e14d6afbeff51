package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// fact is something that the results depend on.
type fact struct{ name, value string }

// libraries are modules whose versions matter, each with the folder of the
// go.mod that chooses it.
var libraries = []struct{ folder, module string }{
	{".", "k8s.io/client-go"},
	{".", "k8s.io/metrics"},
	{".", "sigs.k8s.io/controller-runtime"},
	{".", "google.golang.org/protobuf"},
	{"test/cluster/components/kubernetes", "k8s.io/kubernetes"},
	{"test/cluster/components/metrics-server", "sigs.k8s.io/metrics-server"},
}

// machine tells on what, with what and when it is measured.
func machine(ctx context.Context, root string, now time.Time) ([]fact, error) {
	commit, err := output(ctx, "git", "-C", root, "describe", "--always", "--dirty", "--exclude", "*")
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, l := range libraries {
		version, err := output(ctx, "go", "-C", filepath.Join(root, l.folder), "list", "-m", "-f", "{{.Path}} {{.Version}}", l.module)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return []fact{
		{"Commit", commit},
		{"Date", now.UTC().Format(time.DateOnly)},
		{"Machine", fmt.Sprintf("%s, %d cores, %s of memory, %s/%s", processorModel(), runtime.NumCPU(), memorySize(), runtime.GOOS, runtime.GOARCH)},
		{"Go", strings.TrimPrefix(runtime.Version(), "go")},
		{"Libraries", strings.Join(versions, ", ")},
	}, nil
}

func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// processorModel is as Linux names it.
func processorModel() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "a processor that does not tell its name"
	}
	return after(string(content), "model name")
}

// memorySize is as Linux counts it.
func memorySize() string {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "an unknown size"
	}
	var kib float64
	if _, err := fmt.Sscan(after(string(content), "MemTotal"), &kib); err != nil {
		return "an unknown size"
	}
	return fmt.Sprintf("%.0f GiB", kib/(1<<20))
}

// after returns the value of the first line that begins with a name.
func after(content, name string) string {
	for line := range strings.Lines(content) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
