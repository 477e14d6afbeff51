package apiserver

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// Server is an API server whose processes, its own and that of its etcd, a test can
// harm. That works on Linux.
type Server struct {
	Config *rest.Config

	environment *envtest.Environment
	// command is that of an API server that was killed.
	command []string
	// again is the process of one that was started again; nil for the first.
	again *exec.Cmd
}

// Options say how a server is set up.
type Options struct {
	// CRDs are the folders of the CRDs that it knows.
	CRDs []string
	// EtcdQuota is how many bytes etcd may store; 0 is its own default.
	EtcdQuota int
}

// StartServer starts an API server that ends with the test.
func StartServer(t testing.TB, o Options) *Server {
	t.Helper()
	require(t)
	s := &Server{}
	var err error
	if s.environment, s.Config, err = start(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop the API server: %v", err)
		}
	})
	return s
}

func (s *Server) stop() error {
	if s.again != nil {
		_ = s.again.Process.Kill() // it may have ended
		_ = s.again.Wait()
	}
	return s.environment.Stop()
}

// Kill ends the API server without warning.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	pid, command := s.process(t, "kube-apiserver", s.environment.ControlPlane.APIServer.CertDir)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill the API server: %v", err)
	}
	if s.again != nil {
		_ = s.again.Wait() // it was killed
		s.again = nil
	}
	s.command = command
}

// StartAgain starts an API server after the end of the one before, at the same address
// and with what etcd holds. It returns once that is ready.
func (s *Server) StartAgain(t testing.TB) {
	t.Helper()
	again := exec.Command(s.command[0], s.command[1:]...)
	again.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as the first: an interrupt is not for it
	if err := again.Start(); err != nil {
		t.Fatalf("start the API server again: %v", err)
	}
	s.again = again
	s.awaitReady(t)
}

func (s *Server) awaitReady(t testing.TB) {
	t.Helper()
	client, err := rest.HTTPClientFor(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.Config.Host, "/")+"/readyz", nil)
		if err != nil {
			return false, err
		}
		answer, err := client.Do(request)
		if err != nil {
			return false, nil //nolint:nilerr // nobody listens yet
		}
		return answer.StatusCode == http.StatusOK, answer.Body.Close()
	})
	if err != nil {
		t.Fatalf("the API server is not ready again: %v", err)
	}
}

// PauseEtcd stops etcd as a disk that hangs would, and lets it go on.
func (s *Server) PauseEtcd(t testing.TB, pause bool) {
	t.Helper()
	pid, _ := s.process(t, "etcd", s.environment.ControlPlane.Etcd.DataDir)
	signal := syscall.SIGCONT
	if pause {
		signal = syscall.SIGSTOP
		t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGCONT) }) // it could not be stopped else
	}
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatalf("send %v to etcd: %v", signal, err)
	}
}

// process returns the child of this process that runs a program on a folder, and its
// command line.
func (s *Server) process(t testing.TB, program, folder string) (pid int, command []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(line, []byte("="+folder)) {
			continue
		}
		for _, word := range bytes.Split(bytes.TrimRight(line, "\x00"), []byte{0}) {
			command = append(command, string(word))
		}
		pid, err = strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || filepath.Base(command[0]) != program {
			command = nil
			continue
		}
		return pid, command
	}
	t.Fatalf("no %s runs on %s", program, folder)
	return 0, nil
}
