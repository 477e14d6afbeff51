package faults

import (
	"flag"
	"os"
	"testing"

	"github.com/usage-operator/usage-operator/test/stage"
)

// How often each fault is put in; "make test-faults" does it more often.
var (
	restarts = flag.Int("restarts", 3, "how often the API server is killed and started again")
	rounds   = flag.Int("rounds", 1, "how often each other fault begins and ends")
)

func TestMain(m *testing.M) { os.Exit(stage.Main(m)) }
