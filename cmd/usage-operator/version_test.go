package main

import (
	"runtime"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	version, commit, date = "v9.8.7", "c0ffee", "2026-01-31T09:00:00Z"
	t.Cleanup(func() { version, commit, date = "", "", "" })
	b := thisBuild()
	if want := "usage-operator v9.8.7 (commit c0ffee of 2026-01-31T09:00:00Z, " + runtime.Version() + ")"; b.String() != want {
		t.Errorf("the version is %q, want %q", b, want)
	}
	if pairs := b.pairs(); len(pairs)%2 != 0 || pairs[1] != "v9.8.7" {
		t.Errorf("the log would say %v", pairs)
	}
}

// TestUnstampedVersion: a program that nobody has stamped says so.
func TestUnstampedVersion(t *testing.T) {
	if b := thisBuild(); b.version == "" || b.commit != unknown || !strings.Contains(b.String(), unknown) {
		t.Errorf("the version is %q", b)
	}
}

// TestVersionFlag needs no cluster.
func TestVersionFlag(t *testing.T) {
	o, err := parseOptions([]string{"--version"})
	if err != nil {
		t.Fatal(err)
	}
	if !o.version {
		t.Error("--version is not heard")
	}
	if err := run([]string{"--version"}); err != nil {
		t.Errorf("--version fails: %v", err)
	}
}
