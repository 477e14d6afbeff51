package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Manifests is the folder of the manifests, beside the programs.
const Manifests = "manifests"

// manifest is a file of a project's module, or the rendering of a kustomization in it.
type manifest struct{ name, project, origin string }

// The manifests are those of the very versions that run. They stay outside the checkout, like the programs.
var manifests = []manifest{
	{"kwok-crds.yaml", "kwok", "kustomize/crd"},
	{"kwok-rbac.yaml", "kwok", "kustomize/rbac"},
	{"kwok-stages.yaml", "kwok", "kustomize/stage/fast"},
	{"kwok-metrics.yaml", "kwok", "kustomize/metrics/resource"},
	{"kwok-usage.yaml", "kwok", "kustomize/metrics/usage/usage-from-annotation.yaml"},
	{"metrics-server-rbac.yaml", "metrics-server", "manifests/base/rbac.yaml"},
}

// kubectl is the program that renders kustomizations.
const kubectl = "kubectl"

func writeManifests(ctx context.Context, manifests []manifest, all sources, kubectl, into string) error {
	if err := os.MkdirAll(filepath.Join(into, Manifests), 0o755); err != nil {
		return err
	}
	for _, m := range manifests {
		s := all.named(m.project)
		module, err := goCommand(ctx, s.folder, "list", "-m", "-f", "{{.Dir}}", s.module).Output()
		if err != nil {
			return fmt.Errorf("find the module %s: %w", s.module, err)
		}
		content, err := m.read(ctx, strings.TrimSpace(string(module)), kubectl)
		if err != nil {
			return fmt.Errorf("manifest %s of %s: %w", m.origin, s.module, err)
		}
		if err := os.WriteFile(filepath.Join(into, Manifests, m.name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (m manifest) read(ctx context.Context, module, kubectl string) ([]byte, error) {
	path := filepath.Join(module, filepath.FromSlash(m.origin))
	if filepath.Ext(path) == ".yaml" {
		return os.ReadFile(path)
	}
	return exec.CommandContext(ctx, kubectl, "kustomize", path).Output()
}
