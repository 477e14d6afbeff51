package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct {
		args []string
		// err is a part of the error, and stderr of what is printed beside it.
		err, stderr string
	}{
		{nil, "a command is missing", "Usage: local-cluster"},
		{[]string{"start"}, `no command "start"`, "Usage: local-cluster"},
		{[]string{"up", "--nodes=many"}, "invalid value", "-metric-resolution"},
		{[]string{"up", "5"}, `unexpected argument "5"`, ""},
		{[]string{"up", "--metric-resolution=1s"}, "too short", ""},
		{[]string{"status", "--dir", dir}, "no cluster is in " + dir, ""},
		{[]string{"down", "--dir", dir}, "", "there is none in " + dir},
		{[]string{"help"}, "", "Usage: local-cluster"},
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), tt.args, &stdout, &stderr)
		if (err == nil) != (tt.err == "") || (err != nil && !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("%q ends with %v, want %q", tt.args, err, tt.err)
		}
		if !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("%q prints %q, want %q in it", tt.args, stderr.String(), tt.stderr)
		}
		if stdout.Len() > 0 {
			t.Errorf("%q prints %q for scripts", tt.args, stdout.String())
		}
	}
	if err := run(t.Context(), []string{"up", "-h"}, &bytes.Buffer{}, &bytes.Buffer{}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("up -h ends with %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s was created", dir)
	}
}
