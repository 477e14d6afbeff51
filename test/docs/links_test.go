package docs

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// begin is the document that a reader finds first.
const begin = "README.md"

// TestLinks lead to a file that is there, and to a heading of it. What lies
// elsewhere is not asked for.
func TestLinks(t *testing.T) {
	all := documents(t)
	for _, d := range all {
		for _, link := range d.links {
			if strings.Contains(link, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(link, "#")
			target := d.path
			if file != "" {
				target = path.Join(path.Dir(d.path), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", d.path, link)
				continue
			}
			if anchor != "" && (all[target] == nil || !all[target].anchors[anchor]) {
				t.Errorf("%s: the link %s leads to no heading", d.path, link)
			}
		}
	}
}

// TestEveryDocumentIsFound by whoever follows links from the README.
func TestEveryDocumentIsFound(t *testing.T) {
	all := documents(t)
	if all[begin] == nil {
		t.Fatalf("there is no %s", begin)
	}
	found := []string{begin}
	for i := 0; i < len(found); i++ {
		d := all[found[i]]
		for _, link := range d.links {
			file, _, _ := strings.Cut(link, "#")
			target := path.Join(path.Dir(d.path), file)
			if all[target] != nil && !slices.Contains(found, target) {
				found = append(found, target)
			}
		}
	}
	for name := range all {
		if !slices.Contains(found, name) {
			t.Errorf("no link leads to %s", name)
		}
	}
}
