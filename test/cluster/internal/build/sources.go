package build

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// project is one wrapper module: whose programs it builds, and how.
type project struct {
	// name is the folder under components/.
	name string
	// module is the module whose version counts.
	module string
	// target is what go build builds, and output where to, inside the folder of the programs.
	target, output string
	// versionPackages are told the version by the linker: without that, these programs call themselves v0.0.0.
	versionPackages []string
}

var projects = []project{
	{
		name:   "etcd",
		module: "go.etcd.io/etcd/server/v3",
		// By the name of its package the program would be called "server".
		target: "go.etcd.io/etcd/server/v3", output: "etcd",
	},
	{
		name:   "kubernetes",
		module: "k8s.io/kubernetes",
		target: "tool",
		versionPackages: []string{
			"k8s.io/component-base/version",
			"k8s.io/client-go/pkg/version",
		},
	},
	{
		name:   "kwok",
		module: "sigs.k8s.io/kwok",
		target: "tool",
	},
	{
		name:            "metrics-server",
		module:          "sigs.k8s.io/metrics-server",
		target:          "tool",
		versionPackages: []string{"k8s.io/client-go/pkg/version"},
	},
}

// source is a project as it stands in the checkout.
type source struct {
	project
	folder  string
	version string
	// pins is the text of go.mod and go.sum.
	pins string
}

type sources []source

func readSources(components string, projects []project) (sources, error) {
	var all sources
	for _, p := range projects {
		folder := filepath.Join(components, p.name)
		mod, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err != nil {
			return nil, err
		}
		sum, err := os.ReadFile(filepath.Join(folder, "go.sum"))
		if err != nil {
			return nil, err
		}
		version, err := requiredVersion(string(mod), p.module)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(folder, "go.mod"), err)
		}
		all = append(all, source{project: p, folder: folder, version: version, pins: string(mod) + string(sum)})
	}
	return all, nil
}

// requiredVersion finds a module's line among the requirements of a go.mod.
func requiredVersion(mod, module string) (string, error) {
	for line := range strings.Lines(mod) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && fields[0] == module && strings.HasPrefix(fields[1], "v") {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("no version of %s is required", module)
}

// String lists the versions, for people.
func (all sources) String() string {
	var versions []string
	for _, s := range all {
		versions = append(versions, s.name+" "+s.version)
	}
	return strings.Join(versions, ", ")
}

// key names the folder of these programs. Everything that goes into them is in it but the version of Go: programs that
// an older Go built serve as well, and a new one would cost minutes.
func (all sources) key() string {
	hash := sha256.New()
	for _, s := range all {
		fmt.Fprintf(hash, "%+v\n%s\n", s.project, s.pins)
	}
	fmt.Fprintf(hash, "%+v\n", manifests)
	return fmt.Sprintf("%s-%s-%s-%.6x", all.named("kubernetes").version, runtime.GOOS, runtime.GOARCH, hash.Sum(nil))
}

func (all sources) named(name string) source {
	for _, s := range all {
		if s.name == name {
			return s
		}
	}
	panic("no project is called " + name)
}
