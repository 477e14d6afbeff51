// Package build makes the programs of the local cluster from source. Each folder under components/ is a small module
// that names the programs of one project as its tools and so pins their version.
//
// The result is one folder per set of versions: the programs side by side, as envtest wants them too, and under
// manifests/ what their projects want to be applied. It appears by a rename once all of it is there, so whoever sees
// the folder may use it. A first build takes minutes; when some versions change, Go's own build cache spares the rest.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster/internal/filelock"
)

// Folder returns the folder in the cache that holds the programs, and builds it if need be. Several processes may call
// it at once: one builds, the others wait.
func Folder(ctx context.Context, components, cache string, out io.Writer) (string, error) {
	sources, err := readSources(components, projects)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, sources.key())
	return folder, once(ctx, folder, out, func(partial string) error {
		return building(sources, folder, out, func() error {
			if err := sources.build(ctx, partial, out); err != nil {
				return err
			}
			return writeManifests(ctx, manifests, sources, filepath.Join(partial, kubectl), partial)
		})
	})
}

// once makes a folder that is not there. What fill writes into the partial one appears as a whole.
func once(ctx context.Context, folder string, out io.Writer, fill func(partial string) error) error {
	if exists(folder) {
		return nil
	}
	lock, err := filelock.Acquire(ctx, folder+".lock", func() {
		fmt.Fprintf(out, "binaries: another process builds %s, waiting for it\n", folder)
	})
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(lock.Remove(), lock.Unlock()) }()
	if exists(folder) {
		return nil
	}
	partial := folder + ".partial"
	// A build that was interrupted may have left it.
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return err
	}
	if err := fill(partial); err != nil {
		return err
	}
	return os.Rename(partial, folder)
}

// building tells what is built and how long it took.
func building(sources sources, folder string, out io.Writer, build func() error) error {
	begin := time.Now()
	fmt.Fprintf(out, "binaries: building %s into %s; the first time this takes minutes\n", sources, folder)
	if err := build(); err != nil {
		return err
	}
	fmt.Fprintf(out, "binaries: built in %s\n", time.Since(begin).Round(time.Second))
	return nil
}

// Components finds the wrapper modules of the checkout that the working folder belongs to.
func Components() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	wanted := filepath.Join("test", "cluster", "components")
	for folder := start; ; folder = filepath.Dir(folder) {
		if candidate := filepath.Join(folder, wanted); exists(candidate) {
			return candidate, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("neither %s nor a folder above it has %s: run this inside the checkout", start, wanted)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
