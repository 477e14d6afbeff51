package controlgroup

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestAGroupIsMadeAndRemovedWithThoseInIt(t *testing.T) {
	if err := CanMake(); err != nil {
		t.Skipf("control groups cannot be made: %v", err)
	}
	group := fmt.Sprintf("/usage-operator-test-%d", os.Getpid())
	t.Cleanup(func() {
		if err := Remove(group); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		if err := Make(group); err != nil {
			t.Fatal(err)
		}
	}
	mounts, err := hierarchies()
	if err != nil {
		t.Fatal(err)
	}
	for _, mount := range mounts {
		if err := os.MkdirAll(filepath.Join(mount, group, "pod", "container"), 0o755); err != nil {
			t.Errorf("no group can be made in %s: %v", mount, err)
		}
	}
	for range 2 {
		if err := Remove(group); err != nil {
			t.Fatal(err)
		}
	}
	for _, mount := range mounts {
		if _, err := os.Stat(filepath.Join(mount, group)); err == nil {
			t.Errorf("the group is still in %s", mount)
		}
	}
}
