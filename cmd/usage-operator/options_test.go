package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/usage-operator/usage-operator/internal/keeper"
)

func TestDefaults(t *testing.T) {
	o, err := parseOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &options{
		probeAddress: ":8081", metricsAddress: "0", metricsSecure: true, statusBytesPerSecond: 262144, windowMemory: 256 << 20,
		checkpoints: keeper.Options{Namespace: "usage-operator-system", Interval: 5 * time.Minute, BytesPerSecond: 131072},
	}
	mustBe(t, want, o)
}

func TestFlags(t *testing.T) {
	o, err := parseOptions([]string{
		"--leader-elect", "--leader-election-namespace=ops", "--health-probe-bind-address=:1", "--metrics-bind-address", ":2",
		"--checkpoint-namespace=ops", "--checkpoint-interval=10s", "--checkpoint-bytes-per-second=2000",
		"--status-bytes-per-second=1000", "--window-memory-bytes=2000", "--zap-log-level=debug",
		"--metrics-secure=false", "--namespaces=shop,data,shop",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &options{
		namespaces:     []string{"data", "shop"},
		leaderElection: true, leaderElectionNamespace: "ops", probeAddress: ":1", metricsAddress: ":2", statusBytesPerSecond: 1000, windowMemory: 2000,
		checkpoints: keeper.Options{Namespace: "ops", Interval: 10 * time.Second, BytesPerSecond: 2000},
	}
	mustBe(t, want, o)
	if !o.logger().V(1).Enabled() {
		t.Error("the level of the log is not debug")
	}
}

func mustBe(t *testing.T, want, got *options) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(options{}), cmpopts.IgnoreFields(options{}, "log")); diff != "" {
		t.Errorf("the options (-want +got):\n%s", diff)
	}
}

// flagRow is a row of the table of flags: the name and the default.
var flagRow = regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\|([^|]*)\\|")

// inWords are the defaults that --help does not show, since they are found out later.
var inWords = map[string]string{
	"checkpoint-namespace": "its own", "leader-election-namespace": "its own",
	"zap-encoder": "json", "zap-log-level": "info", "zap-stacktrace-level": "error", "zap-time-encoding": "rfc3339",
}

// TestFlagsAreDocumented with their defaults, and no others are.
func TestFlagsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	table, want := map[string]string{}, map[string]string{}
	for _, row := range flagRow.FindAllStringSubmatch(string(text), -1) {
		table[row[1]] = strings.TrimSpace(row[2])
	}
	(&options{}).flags().VisitAll(func(f *flag.Flag) {
		if want[f.Name] = f.DefValue; f.DefValue == "" {
			want[f.Name] = inWords[f.Name]
		}
	})
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("flags and their defaults (-the program +docs/operations.md):\n%s", diff)
	}
}

// TestHelp: to ask for help is no failure.
func TestHelp(t *testing.T) {
	for _, arg := range []string{"--help", "-h"} {
		if _, err := parseOptions([]string{arg}); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s is parsed with the error %v, want %v", arg, err, flag.ErrHelp)
		}
		if err := run([]string{arg}); err != nil {
			t.Errorf("%s fails: %v", arg, err)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	for _, row := range []struct{ arg, want string }{
		{"--leader-elected", "leader-elected"},
		{"--leader-elect=perhaps", "perhaps"},
		{"--status-bytes-per-second=0", "nothing could be written"},
		{"--status-bytes-per-second=lots", "lots"},
		{"--window-memory-bytes=-1", "0 keeps windows for totals only"},
		{"--checkpoint-bytes-per-second=0", "nothing could be written"},
		{"--checkpoint-interval=10ms", "1s at least"},
		{"--namespaces=", `"" is not the name of a namespace`},
		{"--namespaces=shop, data", `" data" is not the name of a namespace`},
		{"--namespaces=shop/data", `"shop/data" is not the name of a namespace`},
		{"leader-elect", `"leader-elect" is not a flag`},
	} {
		if err := run([]string{row.arg}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s gives the error %v, want one with %q", row.arg, err, row.want)
		}
	}
}

// TestOwnNamespace: a pod finds it in a file.
func TestOwnNamespace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "namespace")
	for text, want := range map[string]string{"ops\n": "ops", "": "usage-operator-system"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := ownNamespace(file); got != want {
			t.Errorf("%q is the namespace %q, want %q", text, got, want)
		}
	}
}

// TestHere: a dot is the operator's own namespace.
func TestHere(t *testing.T) {
	o, err := parseOptions([]string{"--namespaces=shop,."})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"shop", "usage-operator-system"}, o.namespaces); diff != "" {
		t.Errorf("the namespaces (-want +got):\n%s", diff)
	}
}

// TestKubeconfigIsAFlag: it reaches the one that controller-runtime reads.
func TestKubeconfigIsAFlag(t *testing.T) {
	t.Cleanup(func() { _ = flag.Set("kubeconfig", "") })
	if _, err := parseOptions([]string{"--kubeconfig=mine"}); err != nil {
		t.Fatal(err)
	}
	if got := flag.Lookup("kubeconfig").Value.String(); got != "mine" {
		t.Errorf("the kubeconfig is %q, want mine", got)
	}
}
