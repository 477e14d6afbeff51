package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/usage-operator/usage-operator/test/cluster/internal/build"
	"github.com/usage-operator/usage-operator/test/cluster/internal/controlgroup"
	"github.com/usage-operator/usage-operator/test/internal/process"
)

// programs are the folders of what a cluster runs.
type programs struct {
	binaries string
	// runtime is that of containerd, for a real node.
	runtime string
}

func (o *Options) programs(ctx context.Context) (p programs, err error) {
	if !o.RealNode {
		p.binaries, err = binaries(ctx, o.Cache, o.Out, build.Folder)
		return p, err
	}
	if p.runtime, err = runtimeForRealNode(ctx, o.Cache, o.Out); err != nil {
		return p, err
	}
	p.binaries, err = binaries(ctx, o.Cache, o.Out, build.NodeFolder)
	return p, err
}

// CanHaveRealNode returns an error that says what this machine lacks for a real node. Where containerd and runc are not
// installed, it takes them from Debian's packages into the cache; cache may be empty, see Options.
func CanHaveRealNode(ctx context.Context, cache string, out io.Writer) error {
	_, err := runtimeForRealNode(ctx, cache, out)
	return err
}

func runtimeForRealNode(ctx context.Context, cache string, out io.Writer) (string, error) {
	if err := canIsolate(ctx); err != nil {
		return "", fmt.Errorf("a real node needs %w", err)
	}
	cache, err := absolute(cache)
	if err != nil {
		return "", err
	}
	return build.RuntimeFolder(ctx, cache, newProgress(out))
}

// canIsolate returns an error that says what is missing to keep a node apart from the machine.
func canIsolate(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("root")
	}
	for _, program := range []string{"mount", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("the program %s: %w", program, err)
		}
	}
	if err := process.CanBeApart(ctx); err != nil {
		return fmt.Errorf("processes, mounts and a network of its own: %w", err)
	}
	if err := controlgroup.CanMake(); err != nil {
		return fmt.Errorf("control groups: %w", err)
	}
	return nil
}

// mustStayVisible returns an error for a folder that lies where a real node has folders of its own; see node/init.sh.
func mustStayVisible(folders ...string) error {
	for _, folder := range folders {
		for _, hidden := range []string{"/run/", "/var/run/", "/var/lib/", "/var/log/"} {
			if strings.HasPrefix(folder+"/", hidden) {
				return fmt.Errorf("a real node would not see %s, since it has a %s of its own: take another folder", folder, hidden)
			}
		}
	}
	return nil
}
