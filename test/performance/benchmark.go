package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// results are what benchmarks reported: by name, without its prefix and the
// number of processors, then by unit.
type results map[string]map[string]float64

// runner runs benchmarks.
type runner struct {
	// root is the folder of the checkout.
	root  string
	quick bool
	// assets is the folder of kube-apiserver and etcd.
	assets string
	// out is told what happens.
	out io.Writer
}

// run returns an error, and whatever was measured, unless every row can be
// filled. A quick run need not fill the rows of large clusters.
func (r runner) run(ctx context.Context, m measurement) (results, error) {
	args := m.command(r.quick)
	fmt.Fprintln(r.out, "go", strings.Join(args, " "))
	var out bytes.Buffer
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = r.root
	command.Env = append(os.Environ(), "KUBEBUILDER_ASSETS="+r.assets)
	command.Stdout, command.Stderr = io.MultiWriter(&out, r.out), r.out
	// An interrupt lets a benchmark stop what it has started; the go command alone
	// would not pass it on.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGINT) }
	failed := command.Run()
	found := parse(out.String())
	if failed != nil {
		return found, failed
	}
	return found, m.lacks(found, r.quick)
}

// What bounds one measurement.
const (
	timeout      = "30m"
	quickTimeout = "5m"
)

// command is what go is called with.
func (m measurement) command(quick bool) []string {
	args := []string{"test", "-run", "^$", "-bench", m.benchmark}
	switch {
	case quick && m.needsServer:
		args = append(args, "-timeout", quickTimeout, "-benchtime", "2x")
	case quick:
		args = append(args, "-timeout", quickTimeout, "-benchtime", "1x", "-short")
	default:
		args = append(args, "-timeout", timeout, "-benchtime", m.rounds)
	}
	return append(args, m.folder)
}

// lacks names a row that the results do not fill. In a quick run it is enough
// that some cluster was measured.
func (m measurement) lacks(found results, quick bool) error {
	for _, row := range m.rows {
		_, measured := found.of(row)
		if quick && !measured {
			measured = found.have(row.metric)
		}
		if !measured {
			return fmt.Errorf("%s was not reported by Benchmark%s", row.metric, row.of)
		}
	}
	return nil
}

func (r results) of(row row) (value float64, ok bool) {
	value, ok = r[row.of][row.metric]
	return value, ok
}

// have tells whether any benchmark has reported a metric.
func (r results) have(metric string) bool {
	for _, metrics := range r {
		if _, ok := metrics[metric]; ok {
			return true
		}
	}
	return false
}

// line is a result of a benchmark: the name, the number of processors, the
// rounds, and then values with their units.
var line = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.+)$`)

// parse reads what "go test -bench" prints, and skips what else there is.
func parse(out string) results {
	found := results{}
	for text := range strings.Lines(out) {
		parts := line.FindStringSubmatch(strings.TrimSpace(text))
		if parts == nil {
			continue
		}
		metrics, fields := map[string]float64{}, strings.Fields(parts[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				metrics[fields[i+1]] = value
			}
		}
		found[parts[1]] = metrics
	}
	return found
}
