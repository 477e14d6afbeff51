package build

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// nodeProjects are what a real node needs beyond the other programs.
var nodeProjects = []project{
	{
		// In the version of the other Kubernetes programs; a test compares.
		name:            "kubelet",
		module:          "k8s.io/kubernetes",
		target:          "tool",
		versionPackages: projectOf("kubernetes").versionPackages,
	},
	{
		name:   "cni",
		module: "github.com/containernetworking/plugins",
		target: "tool",
	},
}

// nodeManifests are applied to a cluster with a real node.
var nodeManifests = []manifest{
	{"metrics-server.yaml", "metrics-server", "manifests/overlays/release"},
}

// NodeFolder returns a folder like that of Folder, with the programs of a real node added: the kubelet and the plugins
// for the network of its pods.
func NodeFolder(ctx context.Context, components, cache string, out io.Writer) (string, error) {
	base, err := Folder(ctx, components, cache, out)
	if err != nil {
		return "", err
	}
	node, err := readSources(components, nodeProjects)
	if err != nil {
		return "", err
	}
	others, err := readSources(components, projects)
	if err != nil {
		return "", err
	}
	folder := base + "-" + node.nodeKey()
	return folder, once(ctx, folder, out, func(partial string) error {
		return building(node, folder, out, func() error {
			if err := node.build(ctx, partial, out); err != nil {
				return err
			}
			if err := linkPrograms(base, partial); err != nil {
				return err
			}
			return writeManifests(ctx, nodeManifests, others, filepath.Join(partial, kubectl), partial)
		})
	})
}

// nodeKey is what the folder's name has beyond that of the other programs.
func (all sources) nodeKey() string {
	hash := sha256.New()
	for _, s := range all {
		fmt.Fprintf(hash, "%+v\n%s\n", s.project, s.pins)
	}
	fmt.Fprintf(hash, "%+v\n", nodeManifests)
	return fmt.Sprintf("node-%.6x", hash.Sum(nil))
}

// linkPrograms makes the programs of one folder appear in another.
func linkPrograms(from, into string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		if err := os.Symlink(filepath.Join(from, e.Name()), filepath.Join(into, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func projectOf(name string) project {
	for _, p := range projects {
		if p.name == name {
			return p
		}
	}
	panic("no project is called " + name)
}
