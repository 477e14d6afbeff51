package tenants

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// fieldsOf returns the paths of all fields of a type that hold values, such as
// levels[].above.
func fieldsOf(of reflect.Type, path string) (fields []string) {
	switch of.Kind() {
	case reflect.Pointer:
		return fieldsOf(of.Elem(), path)
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Struct {
			return fieldsOf(of.Elem(), path+"[]")
		}
	case reflect.Struct:
		for f := range of.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields = append(fields, fieldsOf(f.Type, join(path, name))...)
		}
		return fields
	}
	return []string{path}
}

// join adds the name of a field to a path; "" is that of an inlined one.
func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// sets tells whether a spec has a value at the path of a field.
func sets(spec any, path string) bool {
	if path == "" {
		return true
	}
	name, rest, _ := strings.Cut(path, ".")
	name, isList := strings.CutSuffix(name, "[]")
	fields, ok := spec.(map[string]any)
	if !ok {
		return false
	}
	value, there := fields[name]
	if !isList {
		return there && sets(value, rest)
	}
	items, ok := value.([]any)
	return ok && slices.ContainsFunc(items, func(item any) bool { return sets(item, rest) })
}

// TestEveryFieldHasARow: who adds a field says what a tenant can do with it.
func TestEveryFieldHasARow(t *testing.T) {
	for kind, of := range map[string]reflect.Type{
		"UsageReport":       reflect.TypeFor[v1alpha1.UsageReportSpec](),
		"ResourceThreshold": reflect.TypeFor[v1alpha1.ResourceThresholdSpec](),
	} {
		fields, rows := fieldsOf(of, ""), map[string]bool{}
		for _, l := range leversOf(kind) {
			rows[l.field] = true
			if !sets(l.specOf(t, kind), l.field) {
				t.Errorf("%s: the row of %s does not set it", kind, l.field)
			}
			if known := slices.Contains(fields, l.field); known == l.foreign {
				t.Errorf("%s: the row of %s says that the field is another kind's: %t", kind, l.field, l.foreign)
			}
		}
		for _, field := range fields {
			if !rows[field] {
				t.Errorf("%s: no row takes %s for a lever: add one to levers_test.go", kind, field)
			}
		}
	}
}
