package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReasons: each word that a status or an Event can have as a reason is
// explained, and no other is.
func TestReasons(t *testing.T) {
	api, metrics := constants(t, "api/v1alpha1"), constants(t, "internal/metricsapi")
	for _, row := range []struct {
		document string
		// column is that of the reason in the tables of the document.
		column string
		want   []string
	}{
		{"docs/troubleshooting.md", "reason", slices.Concat(api.named("Reason"), prefixed("MetricsAPI", metrics.typed("Kind")), []string{"MetricsAPI…"})},
		{"docs/reports.md", "reason", api.typed("MissingReason")},
		{"docs/thresholds.md", "reason", api.named("EventThreshold")},
	} {
		d := documents(t)[row.document]
		if d == nil {
			t.Fatalf("there is no %s", row.document)
		}
		want := slices.Compact(slices.Sorted(slices.Values(row.want)))
		if diff := cmp.Diff(want, d.column(row.column)); diff != "" {
			t.Errorf("reasons (-the code +%s):\n%s", row.document, diff)
		}
	}
}

// TestConditions: troubleshooting has a section for each type that is not only told
// along with Ready.
func TestConditions(t *testing.T) {
	d := documents(t)["docs/troubleshooting.md"]
	for _, condition := range constants(t, "api/v1alpha1").named("Condition") {
		if condition != "Reconciling" && condition != "Stalled" && !d.anchors[anchor(condition)] {
			t.Errorf("%s has no section for %s", d.path, condition)
		}
	}
}

// column returns the words in code of a column, in all tables that have it.
func (d *document) column(name string) []string {
	found, at := map[string]bool{}, -1
	for _, row := range d.rows {
		switch {
		case slices.Contains(row, name):
			at = slices.Index(row, name)
		case at >= 0 && at < len(row) && code.MatchString(row[at]):
			for _, word := range code.FindAllString(row[at], -1) {
				found[strings.Trim(word, "`")] = true
			}
		default:
			at = -1 // the head of another table
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// constant is a string that the code names.
type constant struct{ name, of, value string }

type constantList []constant

// constants are those of the files of a folder.
func constants(t *testing.T, folder string) (all constantList) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".go" || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, folder, file.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			if group, ok := declaration.(*ast.GenDecl); ok && group.Tok == token.CONST {
				all = append(all, stringsOf(group)...)
			}
		}
	}
	return all
}

func stringsOf(group *ast.GenDecl) (all constantList) {
	for _, spec := range group.Specs {
		one, ok := spec.(*ast.ValueSpec)
		if !ok || len(one.Values) != 1 {
			continue
		}
		literal, ok := one.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			continue
		}
		of, _ := one.Type.(*ast.Ident)
		c := constant{name: one.Names[0].Name, value: value}
		if of != nil {
			c.of = of.Name
		}
		all = append(all, c)
	}
	return all
}

// named are the values of the constants whose names begin so.
func (l constantList) named(prefix string) (values []string) {
	for _, c := range l {
		if strings.HasPrefix(c.name, prefix) {
			values = append(values, c.value)
		}
	}
	return values
}

// typed are the values of the constants of a type.
func (l constantList) typed(name string) (values []string) {
	for _, c := range l {
		if c.of == name {
			values = append(values, c.value)
		}
	}
	return values
}

func prefixed(prefix string, words []string) (out []string) {
	for _, word := range words {
		out = append(out, prefix+word)
	}
	return out
}
