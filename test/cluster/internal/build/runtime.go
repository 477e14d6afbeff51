package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// containerd names the program that is looked for, and debianPackages what has it and its helpers.
const containerd = "containerd"

var (
	containerdHelpers = []string{"ctr", "containerd-shim-runc-v2", "runc"}
	debianPackages    = []string{"containerd", "runc"}
)

// RuntimeFolder returns the folder of containerd, ctr and runc: where they are installed, or else one in the cache with
// what Debian's packages hold. Nothing is installed, so that no service is started, and no package replaced.
func RuntimeFolder(ctx context.Context, cache string, out io.Writer) (string, error) {
	if folder := installedRuntime(); folder != "" {
		return folder, nil
	}
	unpacked := filepath.Join(cache, "containerd")
	err := once(ctx, unpacked, out, func(partial string) error { return unpackDebian(ctx, partial, out) })
	if err != nil {
		return "", fmt.Errorf("containerd and runc are not installed, nor to be had: %w", err)
	}
	return filepath.Join(unpacked, "usr", "bin"), nil
}

// installedRuntime returns "" unless all of the programs are found.
func installedRuntime() string {
	program, err := exec.LookPath(containerd)
	if err != nil {
		return ""
	}
	for _, name := range containerdHelpers {
		if _, err := exec.LookPath(name); err != nil {
			return ""
		}
	}
	return filepath.Dir(program)
}

// unpackDebian unpacks the packages into the folder, and tries whether they run: what they depend on is not looked for.
func unpackDebian(ctx context.Context, into string, out io.Writer) error {
	fmt.Fprintf(out, "binaries: taking %v from Debian's packages\n", debianPackages)
	downloads, err := os.MkdirTemp("", "debian-packages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(downloads)
	for _, args := range [][]string{{"update"}, append([]string{"download"}, debianPackages...)} {
		if err := runIn(ctx, downloads, "apt-get", append([]string{"--quiet"}, args...)...); err != nil {
			return err
		}
	}
	packages, err := filepath.Glob(filepath.Join(downloads, "*.deb"))
	if err != nil {
		return err
	}
	for _, p := range packages {
		if err := runIn(ctx, downloads, "dpkg-deb", "--extract", p, into); err != nil {
			return err
		}
	}
	for _, name := range []string{containerd, "runc"} {
		if err := runIn(ctx, downloads, filepath.Join(into, "usr", "bin", name), "--version"); err != nil {
			return err
		}
	}
	return nil
}

func runIn(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	// Nobody answers questions.
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	output, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%s %v: %w\n%s", program, args, err, output)
	}
	return nil
}
