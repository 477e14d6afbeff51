package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
)

// nodes of the local cluster.
const nodes = 5

// session is a demo on a cluster.
type session struct {
	// local is nil on a cluster of the user's.
	local      *cluster.Cluster
	dir        string
	root       string
	kubeconfig string
	kubectl    string
	memory     memory
}

// begin makes the cluster ready, a local one or the user's.
func begin(ctx context.Context, o options) (*session, error) {
	s, err := newSession(ctx, o)
	if err != nil || o.kubeconfig != "" {
		return s, err
	}
	s.local, err = cluster.Up(ctx, cluster.Options{Dir: o.dir, Nodes: nodes, Out: os.Stdout})
	if err != nil {
		return nil, err
	}
	s.kubeconfig = s.local.Kubeconfig()
	if s.kubectl, err = s.local.Program("kubectl"); err != nil {
		return nil, err
	}
	return s, nil
}

func newSession(ctx context.Context, o options) (*session, error) {
	root, err := operator.Checkout(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{root: root}
	if err := s.place(o.dir); err != nil {
		return nil, err
	}
	if o.kubeconfig != "" {
		if s.kubeconfig, err = filepath.Abs(o.kubeconfig); err != nil {
			return nil, err
		}
		if s.kubectl, err = findKubectl(ctx); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	return s, s.memory.load(s.memoryFile())
}

// place chooses the folder of what the demo must remember. It does not depend on
// the current folder, since the operator runs in another.
func (s *session) place(dir string) (err error) {
	s.dir, err = filepath.Abs(filepath.Join(dir, "demo"))
	return err
}

// findKubectl prefers the user's own, which may need plugins to log in.
func findKubectl(ctx context.Context) (string, error) {
	if path, err := exec.LookPath("kubectl"); err == nil {
		return path, nil
	}
	binaries, err := cluster.Binaries(ctx, "", os.Stdout)
	return filepath.Join(binaries, "kubectl"), err
}

// run runs kubectl with some input and returns what it prints.
func (s *session) run(ctx context.Context, input string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, s.kubectl, append([]string{"--kubeconfig", s.kubeconfig}, args...)...)
	command.Stdin = strings.NewReader(input)
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(problems.Bytes()))
	}
	return out.String(), nil
}

// memory is what "down" must know of "up".
type memory struct {
	// CRDsInstalled tells that the demo brought the CRDs, so it removes them.
	CRDsInstalled bool `json:"crdsInstalled"`
	// Operator is the operator's process.
	Operator operator.Identity `json:"operator"`
}

func (s *session) memoryFile() string { return filepath.Join(s.dir, "demo.json") }

func (m *memory) load(file string) error {
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(content, m)
}

func (s *session) remember() error {
	content, err := json.Marshal(s.memory)
	if err != nil {
		return err
	}
	return os.WriteFile(s.memoryFile(), content, 0o600)
}
