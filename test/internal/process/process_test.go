package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const limit = 10 * time.Second

// start runs a shell script and ends it with the test.
func start(t *testing.T, script string) (id Identity, log string) {
	t.Helper()
	command := shell(t.TempDir(), script)
	err := Start(command, func(recorded Identity) error {
		id = recorded
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = id.Signal(syscall.SIGKILL) })
	return id, command.Log
}

func shell(dir, script string) Command {
	return Command{
		Path: "/bin/sh",
		Args: []string{"-c", script},
		Dir:  dir,
		Env:  []string{"PATH=" + os.Getenv("PATH")},
		Log:  filepath.Join(dir, "log"),
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), pollInterval, limit, true, func(context.Context) (bool, error) {
		return condition(), nil
	})
	if err != nil {
		t.Fatalf("after %s this is still not so: %s", limit, what)
	}
}

func content(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func TestStartAppendsTheOutputToTheLog(t *testing.T) {
	id, log := start(t, "echo said; echo complained >&2")
	eventually(t, "the program has ended", func() bool { return !id.Alive() })
	if got, want := content(log), "said\ncomplained\n"; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}

func TestTheProgramIsTheProcessThatWasRecorded(t *testing.T) {
	id, log := start(t, "echo $$; exec sleep 60")
	eventually(t, "the program says its pid", func() bool { return strings.HasSuffix(content(log), "\n") })
	if got, want := strings.TrimSpace(content(log)), strconv.Itoa(id.PID); got != want {
		t.Errorf("the program has the pid %s, recorded was %s", got, want)
	}
	if !id.Alive() {
		t.Error("the recorded process is not alive")
	}
}

func TestTheProgramHasASessionOfItsOwn(t *testing.T) {
	id, _ := start(t, "exec sleep 60")
	group, err := syscall.Getpgid(id.PID)
	if err != nil {
		t.Fatal(err)
	}
	if group != id.PID {
		t.Errorf("process %d belongs to the group %d, whose end would be its end", id.PID, group)
	}
}

func TestNothingRunsThatCouldNotBeRecorded(t *testing.T) {
	dir := t.TempDir()
	var id Identity
	refusal := errors.New("disk full")
	err := Start(shell(dir, "touch ran"), func(recorded Identity) error {
		id = recorded
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("Start returns %v, want %v", err, refusal)
	}
	eventually(t, "the process has ended", func() bool { return !id.Alive() })
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the program ran")
	}
}

// crashDir makes this test binary a starter that crashes; see TestNothingRunsWhenTheStarterCrashes.
const crashDir = "PROCESS_TEST_CRASH_DIR"

func TestNothingRunsWhenTheStarterCrashes(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		_ = Start(shell(dir, "touch ran"), func(id Identity) error {
			if err := os.WriteFile(filepath.Join(dir, "pid"), []byte(strconv.Itoa(id.PID)), 0o600); err != nil {
				return err
			}
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		})
		t.Fatal("the starter lives on")
	}
	dir := t.TempDir()
	starter := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	starter.Env = append(os.Environ(), crashDir+"="+dir)
	if output, err := starter.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the starter ended with %v: %s", err, output)
	}
	pid, err := strconv.Atoi(content(filepath.Join(dir, "pid")))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process has ended", func() bool { _, err := startTime(pid); return errors.Is(err, errNoProcess) })
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the program ran, though nobody knows of it")
	}
}

func TestAnotherProcessWithThePIDIsLeftAlone(t *testing.T) {
	id, _ := start(t, "exec sleep 60")
	earlier := Identity{PID: id.PID, Started: "long ago"}
	if earlier.Alive() {
		t.Error("a process that started at another time is taken for this one")
	}
	if err := earlier.Stop(0); err != nil {
		t.Error(err)
	}
	if !id.Alive() {
		t.Error("the wrong process was ended")
	}
}

func TestStop(t *testing.T) {
	for name, script := range map[string]string{
		"one that ends when asked": "exec sleep 60",
		"one that does not listen": "trap '' TERM; echo deaf; while :; do sleep 0.1; done",
	} {
		t.Run(name, func(t *testing.T) {
			id, log := start(t, script)
			if strings.HasPrefix(script, "trap") {
				eventually(t, "the trap is set", func() bool { return content(log) != "" })
			}
			if err := id.Stop(200 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if id.Alive() {
				t.Error("it is still alive")
			}
			if err := id.Stop(0); err != nil {
				t.Errorf("stopping it again: %v", err)
			}
		})
	}
}

func TestStopEndsAPausedProcess(t *testing.T) {
	id, _ := start(t, "exec sleep 60")
	if err := id.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := id.Stop(limit); err != nil {
		t.Fatal(err)
	}
	if id.Alive() || time.Since(begin) > limit/2 {
		t.Errorf("alive: %t after %s", id.Alive(), time.Since(begin))
	}
}

func TestNoProcessIsNeverAlive(t *testing.T) {
	for _, id := range []Identity{{}, {PID: -1}, {PID: 1 << 30, Started: "now"}} {
		if id.Alive() {
			t.Errorf("%+v is alive", id)
		}
		if err := id.Stop(0); err != nil {
			t.Errorf("stop %+v: %v", id, err)
		}
	}
}
