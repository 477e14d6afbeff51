// Package docs holds the documents against the program: links lead somewhere, each
// document can be found, commands and files exist, examples are what the API takes,
// tables of reasons are whole, and the Korean README shows what the English one does.
//
// It reads Markdown line by line, as far as that is needed: headings, links, code in
// fences and code in lines.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// document is a Markdown file.
type document struct {
	// path is relative to the checkout, with slashes.
	path string
	// anchors are what links can lead to within it.
	anchors map[string]bool
	links   []string
	blocks  []block
	// spans are the code in lines.
	spans []string
	// rows are the cells of its tables.
	rows [][]string
}

// block is code between fences.
type block struct{ Language, Text string }

var (
	heading = regexp.MustCompile(`^#{1,6} (.*)$`)
	code    = regexp.MustCompile("`[^`]+`")
	link    = regexp.MustCompile(`\[([^]]*)\]\(([^)\s]+)\)`)
	// unspoken is what GitHub leaves out of the anchor of a heading.
	unspoken = regexp.MustCompile(`[^\pL\pN _-]`)
)

// documents are all of the checkout, by their paths.
func documents(t *testing.T) map[string]*document {
	t.Helper()
	found := map[string]*document{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "bin" || entry.Name() == "dist"):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		found[filepath.ToSlash(name)] = read(filepath.ToSlash(name), string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(path, text string) *document {
	d := &document{path: path, anchors: map[string]bool{}}
	var fenced *block
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		fence, isFence := strings.CutPrefix(strings.TrimLeft(line, " "), "```")
		switch {
		case isFence && fenced == nil:
			fenced = &block{Language: fence}
		case isFence:
			d.blocks, fenced = append(d.blocks, *fenced), nil
		case fenced != nil:
			fenced.Text += line + "\n"
		default:
			d.prose(line)
		}
	}
	return d
}

// prose takes a line that is no code.
func (d *document) prose(line string) {
	if match := heading.FindStringSubmatch(line); match != nil {
		d.anchors[anchor(match[1])] = true
	}
	for _, span := range code.FindAllString(line, -1) {
		d.spans = append(d.spans, strings.Trim(span, "`"))
	}
	for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
		d.links = append(d.links, match[2])
	}
	if strings.HasPrefix(line, "| ") {
		d.rows = append(d.rows, cells(line))
	}
}

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	text := link.ReplaceAllString(heading, "$1")
	return strings.ReplaceAll(unspoken.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
}

func cells(line string) []string {
	all := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// commands are the lines of code that are typed, without their comments, and the
// code in lines.
func (d *document) commands() []string {
	all := slices.Clone(d.spans)
	for _, b := range d.blocks {
		for line := range strings.Lines(b.Text) {
			typed, isTyped := strings.CutPrefix(line, "$ ")
			if b.Language != "sh" && (b.Language != "console" || !isTyped) {
				continue
			}
			typed, _, _ = strings.Cut(typed, " #")
			all = append(all, strings.TrimSpace(typed))
		}
	}
	return all
}
