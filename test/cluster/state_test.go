package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/test/internal/process"
)

func TestStateIsReadAsItWasSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	saved := state{
		Binaries:         "/cache/v1",
		MetricResolution: 15 * time.Second,
		Ports:            map[string]int{Etcd: 20001},
		Processes: map[string]runningProcess{
			Etcd: {Identity: process.Identity{PID: 7, Started: "then"}, Command: []string{"/cache/v1/etcd", "--a"}},
		},
	}
	if err := saved.save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := loadState(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(saved, loaded); diff != "" {
		t.Error(diff)
	}
}

func TestNoStateIsAnEmptyOne(t *testing.T) {
	loaded, err := loadState(filepath.Join(t.TempDir(), "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Ports[Etcd], loaded.Processes[Etcd] = 1, runningProcess{}
}

func TestABrokenStateIsNotTakenForNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadState(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error is %v, want one that names %s", err, path)
	}
}
