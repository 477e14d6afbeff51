package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	target = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	// ours are paths in the checkout.
	ours = regexp.MustCompile(`\b(api|charts|cmd|config|docs|hack|internal|test|tools)/[\w./-]*\w`)
)

// TestTargets: what make is told to make, it can.
func TestTargets(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, match := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets[match[1]] = true
	}
	n := 0
	for _, d := range documents(t) {
		for _, command := range d.commands() {
			words := strings.Fields(command)
			if len(words) == 0 || words[0] != "make" {
				continue
			}
			for _, word := range words[1:] {
				if n++; !strings.Contains(word, "=") && !targets[word] {
					t.Errorf("%s: %q: make has no target %s", d.path, command, word)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d targets were found", n)
	}
}

// TestFiles that commands and sentences name are there.
func TestFiles(t *testing.T) {
	n := 0
	for _, d := range documents(t) {
		for _, command := range d.commands() {
			for _, file := range ours.FindAllString(command, -1) {
				n++
				if _, err := os.Stat(filepath.Join(root, file)); err != nil {
					t.Errorf("%s: %q: there is no %s", d.path, command, file)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d files were found", n)
	}
}

// TestKorean: the Korean README has the commands and outputs of the English one, in
// their order.
func TestKorean(t *testing.T) {
	all := documents(t)
	english, korean := all[begin], all["README.ko.md"]
	if korean == nil {
		t.Fatal("there is no README.ko.md")
	}
	if len(english.blocks) == 0 {
		t.Fatal("the README shows nothing")
	}
	if diff := cmp.Diff(english.blocks, korean.blocks); diff != "" {
		t.Errorf("code (-README.md +README.ko.md):\n%s", diff)
	}
}
