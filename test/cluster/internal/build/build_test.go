package build

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fakeComponents writes wrapper modules that pin the given version of each project.
func fakeComponents(t *testing.T, version string) string {
	t.Helper()
	components := t.TempDir()
	for _, p := range projects {
		write(t, filepath.Join(components, p.name, "go.mod"), "module x\n\nrequire (\n\t"+p.module+" "+version+" // indirect\n)\n")
		write(t, filepath.Join(components, p.name, "go.sum"), p.module+" "+version+" h1:x\n")
	}
	return components
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeProgram(t *testing.T, path string) {
	t.Helper()
	write(t, path, "#!/bin/sh\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, components string) sources {
	t.Helper()
	all, err := readSources(components, projects)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheKeyChangesWithWhatIsBuilt(t *testing.T) {
	original := read(t, fakeComponents(t, "v1.2.3")).key()
	if !strings.HasPrefix(original, "v1.2.3-") {
		t.Errorf("the key %q does not begin with the version of Kubernetes", original)
	}
	if again := read(t, fakeComponents(t, "v1.2.3")).key(); again != original {
		t.Errorf("the same versions in another checkout have the key %q, want %q", again, original)
	}
	for _, changed := range []string{"etcd/go.mod", "kwok/go.sum"} {
		components := fakeComponents(t, "v1.2.3")
		path := filepath.Join(components, changed)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, string(content)+"\n")
		if read(t, components).key() == original {
			t.Errorf("a change of %s does not change the key", changed)
		}
	}
}

func TestWhatIsBuiltIsNotBuiltAgain(t *testing.T) {
	components, cache := fakeComponents(t, "v1.2.3"), t.TempDir()
	want := filepath.Join(cache, read(t, components).key())
	if err := os.Mkdir(want, 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := Folder(t.Context(), components, cache, io.Discard)
	if err != nil || got != want {
		t.Errorf("Folder returns %q, %v, want %q", got, err, want)
	}
}

func TestAFailedBuildLeavesNothingThatLooksFinished(t *testing.T) {
	// No module of that name has this version, so the go tool fails at once, without asking anybody.
	t.Setenv("GOPROXY", "off")
	components, cache := fakeComponents(t, "v0.0.1-none"), t.TempDir()
	_, err := Folder(t.Context(), components, cache, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "build etcd v0.0.1-none") {
		t.Errorf("the error is %v, want one that names the project", err)
	}
	if exists(filepath.Join(cache, read(t, components).key())) {
		t.Error("the folder of the programs is there")
	}
}

func TestRequiredVersion(t *testing.T) {
	for _, tt := range []struct{ mod, want string }{
		{"require a.io/b v1.2.3\n", "v1.2.3"},
		{"require (\n\ta.io/b v1.2.3 // indirect\n)\n", "v1.2.3"},
		{"tool a.io/b\nrequire a.io/b v1.2.3\n", "v1.2.3"},
		{"require a.io/b/v2 v2.0.0\nreplace a.io/b => a.io/c v1.0.0\n", ""},
	} {
		got, err := requiredVersion(tt.mod, "a.io/b")
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("in %q: %q, %v, want %q", tt.mod, got, err, tt.want)
		}
	}
}

func TestComponentsAreFoundFromAnyFolderOfTheCheckout(t *testing.T) {
	checkout := t.TempDir()
	want := filepath.Join(checkout, "test", "cluster", "components")
	write(t, filepath.Join(want, "etcd", "go.mod"), "module x\n")
	for _, folder := range []string{checkout, filepath.Join(checkout, "test"), filepath.Join(want, "etcd")} {
		t.Chdir(folder)
		// The working folder may be known by another name, as /tmp is on macOS.
		got, err := Components()
		if err != nil || !sameFile(t, got, want) {
			t.Errorf("from %s: %q, %v, want %q", folder, got, err, want)
		}
	}
	t.Chdir(t.TempDir())
	if got, err := Components(); err == nil {
		t.Errorf("outside of it: %q, want an error", got)
	}
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func TestBuildOutput(t *testing.T) {
	var compiled atomic.Int64
	problems := readBuildOutput(strings.NewReader(
		"go: downloading k8s.io/api v0.37.1\nk8s.io/api/core/v1\nk8s.io/api/apps/v1\n# k8s.io/api/apps/v1\nx.go:1:2: undefined: y\n"), &compiled)
	if compiled.Load() != 2 {
		t.Errorf("%d packages are counted, want 2", compiled.Load())
	}
	if want := "# k8s.io/api/apps/v1\nx.go:1:2: undefined: y\n"; problems != want {
		t.Errorf("the problems are %q, want %q", problems, want)
	}
}

func TestProgressIsReported(t *testing.T) {
	reader, writer := io.Pipe()
	var compiled atomic.Int64
	compiled.Store(7)
	stop := source{project: project{name: "etcd"}, version: "v1.2.3"}.reportEvery(time.Millisecond, &compiled, 9, writer)
	line := make([]byte, 200)
	n, err := reader.Read(line)
	if want := "binaries: etcd v1.2.3, compiled 7 of at most 9 packages in 0s\n"; err != nil || string(line[:n]) != want {
		t.Errorf("it says %q, %v, want %q", line[:n], err, want)
	}
	reader.Close()
	stop()
}
