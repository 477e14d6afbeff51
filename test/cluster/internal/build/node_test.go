package build

import (
	"path/filepath"
	"strings"
	"testing"
)

// pinned are the lines of a go.mod that say which modules of Kubernetes are taken.
func pinned(s source) (lines []string) {
	for line := range strings.Lines(s.pins) {
		if strings.Contains(line, "=>") || strings.HasPrefix(strings.TrimSpace(line), s.module+" ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestTheKubeletHasTheVersionOfTheOthers(t *testing.T) {
	components, err := Components()
	if err != nil {
		t.Fatal(err)
	}
	others, err := readSources(components, projects)
	if err != nil {
		t.Fatal(err)
	}
	node, err := readSources(components, nodeProjects)
	if err != nil {
		t.Fatal(err)
	}
	want, got := pinned(others.named("kubernetes")), pinned(node.named("kubelet"))
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(want) < 2 {
		t.Errorf("components/kubelet pins\n%s\nwant what components/kubernetes pins:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestProgramsAreLinked(t *testing.T) {
	from, into := t.TempDir(), t.TempDir()
	write(t, filepath.Join(from, "etcd"), "program")
	write(t, filepath.Join(from, Manifests, "of the others.yaml"), "")
	if err := linkPrograms(from, into); err != nil {
		t.Fatal(err)
	}
	if !exists(filepath.Join(into, "etcd")) || exists(filepath.Join(into, Manifests)) {
		t.Error("the program is missing, or more than programs came with it")
	}
}

func TestAnInstalledRuntimeIsTakenWhenItIsComplete(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	for _, name := range append(containerdHelpers, containerd) {
		if got := installedRuntime(); got != "" {
			t.Fatalf("without %s there is %s", name, got)
		}
		writeProgram(t, filepath.Join(folder, name))
	}
	if got := installedRuntime(); got != folder {
		t.Errorf("it is found in %q, want %s", got, folder)
	}
}

func TestWithoutARuntimeTheErrorSaysWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := RuntimeFolder(t.Context(), t.TempDir(), t.Output())
	if err == nil || !strings.Contains(err.Error(), "containerd and runc are not installed") || !strings.Contains(err.Error(), "apt-get") {
		t.Errorf("the error is %v, want one that names what is missing", err)
	}
}
