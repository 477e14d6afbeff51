package tenants

import (
	"os"
	"testing"

	"github.com/usage-operator/usage-operator/test/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.Main(m)) }
