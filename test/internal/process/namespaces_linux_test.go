package process

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// startApart starts a program apart that has a mount and an address of its own.
func startApart(t *testing.T) (id Identity, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces need root")
	}
	dir = t.TempDir()
	command := shell(dir, "mount --make-rprivate / && mount -t tmpfs tmpfs "+dir+
		" && ip link set lo up && touch "+dir+"/mounted && while :; do sleep 60 & wait; done")
	command.Log, command.Dir, command.Apart = filepath.Join(t.TempDir(), "log"), "/", true
	err := Start(command, func(recorded Identity) error {
		id = recorded
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = id.Kill(limit) })
	eventually(t, "it is set up", func() bool { return existsWithin(id, filepath.Join(dir, "mounted")) })
	return id, dir
}

func existsWithin(id Identity, path string) bool {
	return id.Within(func() error {
		_, err := os.Stat(path)
		return err
	}) == nil
}

func TestAProgramApartHasItsOwnMountsAndNetwork(t *testing.T) {
	id, dir := startApart(t)
	if _, err := os.Stat(filepath.Join(dir, "mounted")); err == nil {
		t.Error("its mount is seen from outside")
	}
	var listener net.Listener
	err := id.Within(func() (err error) {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address := listener.Addr().String()
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Errorf("%s of its network is reached from outside", address)
	}
	err = id.Within(func() error {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err
	})
	if err != nil {
		t.Errorf("%s is not reached from within: %v", address, err)
	}
}

func TestWhatRunsWithinEndsWithTheProgramApart(t *testing.T) {
	id, _ := startApart(t)
	var inner Identity
	dir := t.TempDir()
	command := shell(dir, "trap '' TERM; echo $$; while :; do sleep 0.1; done")
	command.Within = id
	err := Start(command, func(recorded Identity) error {
		inner = recorded
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it says its pid", func() bool { return strings.HasSuffix(content(command.Log), "\n") })
	if pid := strings.TrimSpace(content(command.Log)); pid == "" || len(pid) > 3 {
		t.Errorf("within, it has the pid %s: it is not one of a few processes", pid)
	}
	if !inner.Alive() {
		t.Fatal("the recorded process is not alive")
	}
	if err := id.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both have ended", func() bool { return !id.Alive() && !inner.Alive() })
	if err := id.Within(func() error { return nil }); err == nil {
		t.Error("something runs within a program that has ended")
	}
}
