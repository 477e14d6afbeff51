// Package manifests holds the ways to install the operator against each other:
// config/ as kustomize renders it, and the Helm chart.
package manifests

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

const (
	root  = "../.."
	chart = root + "/charts/usage-operator"
)

// objects are found by their kind, namespace and name.
type objects map[string]map[string]any

// kustomized renders a folder of config/, in a namespace if one is given.
func kustomized(t *testing.T, folder, namespace string) objects {
	t.Helper()
	path := filepath.Join(root, "config", folder)
	if namespace != "" {
		path = overlay(t, path, namespace)
	}
	return parse(t, tool(t, "kustomize", "build", path))
}

// overlay makes a folder that puts another one into a namespace, as a user would.
func overlay(t *testing.T, path, namespace string) string {
	t.Helper()
	folder, err := os.MkdirTemp(".", "overlay-") //nolint:usetesting // kustomize takes relative paths only
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	text := fmt.Sprintf("namespace: %s\nresources: [%s]\n", namespace, filepath.Join("..", path))
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// templated renders the chart as a release in a namespace.
func templated(t *testing.T, namespace string, more ...string) objects {
	t.Helper()
	return parse(t, tool(t, append([]string{"helm", "template", "usage-operator", chart, "--namespace", namespace}, more...)...))
}

// tool runs one of the pinned tools and returns what it prints.
func tool(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := try(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// try is tool for what may fail.
func try(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=" + root + "/tools/go.mod"}, args...)...)
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", args, err, problems.Bytes())
	}
	return out.Bytes(), nil
}

func parse(t *testing.T, text []byte) objects {
	t.Helper()
	found := objects{}
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if err := sigsyaml.Unmarshal(document, &object); err != nil {
			t.Fatal(err)
		}
		if object == nil {
			continue // nothing but comments
		}
		key := fmt.Sprintf("%v %v/%v", object["kind"], at(object, "metadata", "namespace"), at(object, "metadata", "name"))
		if found[key] != nil {
			t.Errorf("%s is there twice", key)
		}
		found[key] = object
	}
}

// at returns what lies at a path of fields and of indexes; nil where nothing does.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			fields, _ := value.(map[string]any)
			value = fields[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}
