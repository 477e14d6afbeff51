package e2e

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

const (
	// aloneEnv names the one test that a process runs, and programEnv the operator.
	aloneEnv   = "USAGE_OPERATOR_E2E_ALONE"
	programEnv = "USAGE_OPERATOR_E2E_PROGRAM"
	// alonePatience bounds such a process, with the start of its cluster.
	alonePatience = 10 * time.Minute
)

// clusters bounds how many are there beside the shared one. Their start takes
// what a cluster takes of the processor, hardly anything comes after it.
var clusters = make(chan struct{}, 3)

// alone gives a test that disturbs others a cluster and an operator of its own: it
// runs the test once more, in a process of its own. It tells whether this is that
// process; in all others there is nothing left to do.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneEnv) == t.Name() {
		return true
	}
	t.Parallel()
	clusters <- struct{}{}
	defer func() { <-clusters }()
	run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout="+alonePatience.String())
	run.Env = append(os.Environ(), aloneEnv+"="+t.Name(), programEnv+"="+program)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}
