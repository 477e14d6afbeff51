package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unpack returns the content of the files of an archive.
func unpack(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for in := tar.NewReader(bytes.NewReader(content)); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheArchiveIsWhatDockerSaves(t *testing.T) {
	program := filepath.Join(t.TempDir(), "operator")
	if err := os.WriteFile(program, []byte("machine code"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (Image{Name: "example.com/operator:v1", Program: program, User: "65532:65532"}).Write(&out); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, out.Bytes())
	if got, want := string(files[manifest]), `[{"Config":"config.json","Layers":["layer.tar"],"RepoTags":["example.com/operator:v1"]}]`; got != want {
		t.Errorf("the manifest is %s, want %s", got, want)
	}
	var config struct {
		OS     string
		Config struct {
			Entrypoint []string
			User       string
		}
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal(files[configuration], &config); err != nil {
		t.Fatal(err)
	}
	if config.OS != "linux" || config.Config.User != "65532:65532" {
		t.Errorf("the configuration is %+v", config)
	}
	if diff := cmp.Diff([]string{"/operator"}, config.Config.Entrypoint); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{digest(files[layer])}, config.RootFS.DiffIDs); diff != "" {
		t.Errorf("the layer is not the one that the configuration names: %s", diff)
	}
	if got := string(unpack(t, files[layer])["operator"]); got != "machine code" {
		t.Errorf("the program in the layer is %q", got)
	}
}

func TestNoProgramMakesNoImage(t *testing.T) {
	if err := (Image{Name: "none", Program: filepath.Join(t.TempDir(), "none")}).Write(io.Discard); err == nil {
		t.Error("an image without a program was written")
	}
}
