package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// What was built, set by the linker: see the Makefile and the Dockerfile. Date is
// that of the commit, so that the same commit gives the same program.
var version, commit, date string

const unknown = "unknown"

// build names what was built.
type build struct{ version, commit, date string }

// thisBuild is what the linker was told, else what the Go toolchain has recorded:
// it knows the version where the program was installed as a module.
func thisBuild() build {
	b := build{version: version, commit: commit, date: date}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.version = cmp.Or(b.version, info.Main.Version)
	}
	return build{cmp.Or(b.version, unknown), cmp.Or(b.commit, unknown), cmp.Or(b.date, unknown)}
}

// String is the answer to --version.
func (b build) String() string {
	return fmt.Sprintf("usage-operator %s (commit %s of %s, %s)", b.version, b.commit, b.date, runtime.Version())
}

// pairs are the keys and values of a line in the log.
func (b build) pairs() []any {
	return []any{"version", b.version, "commit", b.commit, "date", b.date, "go", runtime.Version()}
}
