// Package image makes container images without a daemon or a registry. An image is one static program, laid out as
// docker save would: a tar with a manifest, a configuration and one layer, itself a tar with the program in it.
package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Image is a program that becomes an image.
type Image struct {
	// Name is what pods call it, with its tag.
	Name string
	// Program is the path of the program here. In the image it lies in the root folder and is the entry point.
	Program string
	// User is the number of the user who runs it, and of its group: 65532:65532. If empty, root does.
	User string
}

// manifest, configuration and layer are the names of the three parts in the archive.
const (
	manifest      = "manifest.json"
	configuration = "config.json"
	layer         = "layer.tar"
)

// Write writes the archive.
func (i Image) Write(w io.Writer) error {
	program, err := os.ReadFile(i.Program)
	if err != nil {
		return err
	}
	name := filepath.Base(i.Program)
	var content bytes.Buffer
	if err := archive(&content, file{name, 0o755, program}); err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"Entrypoint": []string{"/" + name}, "User": i.User},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{digest(content.Bytes())}},
	})
	if err != nil {
		return err
	}
	index, err := json.Marshal([]map[string]any{
		{"Config": configuration, "RepoTags": []string{i.Name}, "Layers": []string{layer}},
	})
	if err != nil {
		return err
	}
	return archive(w, file{manifest, 0o644, index}, file{configuration, 0o644, config}, file{layer, 0o644, content.Bytes()})
}

func digest(content []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(content)) }

// file is a file in an archive.
type file struct {
	name    string
	mode    int64
	content []byte
}

func archive(w io.Writer, files ...file) error {
	out := tar.NewWriter(w)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.content))}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		if _, err := out.Write(f.content); err != nil {
			return err
		}
	}
	return out.Close()
}
