package main

import (
	"path/filepath"
	"testing"
)

// TestSessionKnowsItsFolder: the operator runs in another folder than the demo,
// so no path may depend on the current one.
func TestSessionKnowsItsFolder(t *testing.T) {
	o := options{dir: filepath.Join("testdata", "none")}
	t.Chdir(t.TempDir())
	s := &session{}
	if err := s.place(o.dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{s.dir, s.memoryFile(), s.operatorLog()} {
		if !filepath.IsAbs(path) {
			t.Errorf("%s is not absolute", path)
		}
	}
}
