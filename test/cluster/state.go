package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/test/internal/process"
)

// state is what has to be known about a cluster beyond the life of the program that started it.
type state struct {
	// Binaries is the folder of the programs.
	Binaries string `json:"binaries"`
	// RealNode says which sort of cluster this is, and Runtime where the containerd of a real node lies.
	RealNode bool   `json:"realNode,omitempty"`
	Runtime  string `json:"runtime,omitempty"`
	// MetricResolution is how often metrics-server asks the nodes.
	MetricResolution time.Duration `json:"metricResolutionNanoseconds"`
	// Ports are the components' ports on 127.0.0.1, which is the node's own where it is real. A component keeps its port when it is started again.
	Ports map[string]int `json:"ports"`
	// Processes are the components that were started and not stopped.
	Processes map[string]runningProcess `json:"processes"`
}

type runningProcess struct {
	process.Identity
	// Command is the program with its flags.
	Command []string `json:"command"`
}

// runs reports whether the process is alive and was started by this command.
func (p runningProcess) runs(command []string) bool {
	return slices.Equal(p.Command, command) && p.Alive()
}

// loadState returns an empty state when there is none.
func loadState(path string) (state, error) {
	s := state{Ports: map[string]int{}, Processes: map[string]runningProcess{}}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("read %s: %w", path, err)
	}
	return s, nil
}

// save replaces the file as a whole: a crash leaves either the old state or the new one.
func (s state) save(path string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	partial := path + ".partial"
	if err := os.WriteFile(partial, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
