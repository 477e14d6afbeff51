package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/usage-operator/usage-operator/test/cluster/internal/build"
	"github.com/usage-operator/usage-operator/test/cluster/internal/image"
)

// pauseImage is the image of the pods' sandboxes.
const pauseImage = "local/pause:v1"

// Image is a container image that is made of one static program.
type Image = image.Image

// Load puts an image onto a real node. A pod that names it finds it there, unless it insists on pulling.
func (c *Cluster) Load(ctx context.Context, i Image) error {
	state, err := loadState(c.layout.state())
	if err != nil {
		return err
	}
	archive, err := os.CreateTemp(c.layout.node(), "image-*.tar")
	if err != nil {
		return err
	}
	defer os.Remove(archive.Name())
	defer archive.Close()
	if err := i.Write(archive); err != nil {
		return fmt.Errorf("make the image %s: %w", i.Name, err)
	}
	load := exec.CommandContext(ctx, filepath.Join(state.Runtime, "ctr"), "--namespace=k8s.io", "images", "import", archive.Name())
	return c.Within(func() error {
		if output, err := load.CombinedOutput(); err != nil {
			return fmt.Errorf("load the image %s: %w: %s", i.Name, err, bytes.TrimSpace(output))
		}
		return nil
	})
}

// loadImages loads what the cluster's own pods run.
func (o *operation) loadImages(ctx context.Context) error {
	pause, err := buildPause(ctx, o.layout.node())
	if err != nil {
		return err
	}
	metricsServer, err := o.imageOf("metrics-server.yaml")
	if err != nil {
		return err
	}
	for _, i := range []Image{
		{Name: pauseImage, Program: pause, User: "65535:65535"},
		{Name: metricsServer, Program: filepath.Join(o.state.Binaries, MetricsServer)},
	} {
		if err := o.Load(ctx, i); err != nil {
			return err
		}
		o.progress.say("image", "%s is loaded", i.Name)
	}
	return nil
}

// buildPause builds the program of the sandboxes into the folder.
func buildPause(ctx context.Context, into string) (string, error) {
	components, err := build.Components()
	if err != nil {
		return "", err
	}
	program := filepath.Join(into, "pause")
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "../cmd/pause")
	command.Dir = components
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program of sandboxes: %w\n%s", err, output)
	}
	return program, nil
}

// imageOf is the image that a manifest names.
func (o *operation) imageOf(manifest string) (string, error) {
	path := filepath.Join(o.state.Binaries, build.Manifests, manifest)
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(content)) {
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "image: "); found {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s names no image", path)
}
