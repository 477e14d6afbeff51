package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/usage-operator/usage-operator/test/operator"
)

// programs are the operators that this process has built, by their build tags.
var programs struct {
	mu sync.Mutex
	// dir is where they lie; "" while no Main runs.
	dir  string
	made map[string]func() (string, error)
}

// Main runs the tests of a package, which share what is built for them, and returns
// the exit code: it is for TestMain.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stage")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the operator:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	programs.dir, programs.made = dir, map[string]func() (string, error){}
	return m.Run()
}

// program returns the path of an operator with build tags. Who asks first builds it.
func program(t testing.TB, root string, tags []string) string {
	t.Helper()
	path, err := builder(t, root, tags)()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func builder(t testing.TB, root string, tags []string) func() (string, error) {
	t.Helper()
	programs.mu.Lock()
	defer programs.mu.Unlock()
	if programs.dir == "" {
		t.Fatal("the package has no TestMain that calls stage.Main")
	}
	key := strings.Join(tags, ",")
	if programs.made[key] == nil {
		dir := filepath.Join(programs.dir, fmt.Sprint(len(programs.made)))
		programs.made[key] = sync.OnceValues(func() (string, error) {
			if err := os.Mkdir(dir, 0o700); err != nil {
				return "", err
			}
			return operator.Build(t.Context(), root, dir, tags...)
		})
	}
	return programs.made[key]
}
