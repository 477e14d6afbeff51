package build

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// progressInterval is how often a running build says how far it is.
	progressInterval = 15 * time.Second
	// shownLines is how much of the output an error shows.
	shownLines = 20
)

// goCommand runs the go tool inside a wrapper module. Settings that a user made for other modules must not reach it:
// GOFLAGS such as -mod=mod or -mod=vendor, a workspace, or another platform.
func goCommand(ctx context.Context, folder string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(),
		// An empty value would fall back to the one that `go env -w` has stored.
		"GOFLAGS=-mod=readonly -buildvcs=false",
		"GOWORK=off",
		"CGO_ENABLED=0",
		"GOOS="+runtime.GOOS,
		"GOARCH="+runtime.GOARCH,
	)
	// An interrupt lets the go tool end its compilers and remove its temporary files.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// build compiles the programs of all projects into the folder.
func (all sources) build(ctx context.Context, into string, out io.Writer) error {
	for _, s := range all {
		if err := s.build(ctx, into, out); err != nil {
			return err
		}
	}
	return nil
}

// build compiles the project's programs into the folder.
func (s source) build(ctx context.Context, into string, out io.Writer) error {
	packages, err := goCommand(ctx, s.folder, "list", "-deps", s.target).Output()
	if err != nil {
		return s.failed(err, stderrOf(err))
	}
	cmd := goCommand(ctx, s.folder, "build", "-v", "-ldflags", s.linkerFlags(), "-o", filepath.Join(into, s.output), s.target)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return s.failed(err, "")
	}
	var compiled atomic.Int64
	stop := s.reportEvery(progressInterval, &compiled, bytes.Count(packages, []byte("\n")), out)
	problems := readBuildOutput(stderr, &compiled)
	err = cmd.Wait()
	stop()
	if err != nil {
		return s.failed(err, problems)
	}
	return nil
}

func (s source) failed(err error, output string) error {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return fmt.Errorf("build %s %s: %w\n%s", s.name, s.version, err, strings.Join(lines[max(0, len(lines)-shownLines):], "\n"))
}

// stderrOf is what a command has written before it failed.
func stderrOf(err error) string {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(failed.Stderr)
	}
	return ""
}

// linkerFlags strips the debugging information, which makes the programs smaller by a third, and sets the versions.
func (s source) linkerFlags() string {
	flags := []string{"-s", "-w"}
	parts := strings.SplitN(strings.TrimPrefix(s.version, "v"), ".", 3)
	for _, p := range s.versionPackages {
		flags = append(flags, "-X "+p+".gitVersion="+s.version, "-X "+p+".gitMajor="+parts[0], "-X "+p+".gitMinor="+parts[1])
	}
	return strings.Join(flags, " ")
}

// reportEvery tells how many packages are compiled, until stop is called. Fewer than the total are compiled when Go's
// build cache has some of them.
func (s source) reportEvery(interval time.Duration, compiled *atomic.Int64, total int, out io.Writer) (stop func()) {
	begin := time.Now()
	ticker := time.NewTicker(interval)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case now := <-ticker.C:
				fmt.Fprintf(out, "binaries: %s %s, compiled %d of at most %d packages in %s\n",
					s.name, s.version, compiled.Load(), total, now.Sub(begin).Round(time.Second))
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
	}
}

// readBuildOutput counts the packages that `go build -v` names, one on a line, and returns all other lines but those on
// downloads.
func readBuildOutput(r io.Reader, compiled *atomic.Int64) (problems string) {
	var other strings.Builder
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
		case !strings.ContainsAny(line, " \t#"):
			compiled.Add(1)
		default:
			fmt.Fprintln(&other, line)
		}
	}
	return other.String()
}
