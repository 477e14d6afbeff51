package v1alpha1_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// schemaRules are asked about each place of a schema; spec tells whether a
// user writes it. "" means that the rule holds.
var schemaRules = []func(path string, schema *apiextensions.JSONSchemaProps, spec bool) string{
	typesAreKnown, stringsAreBounded, timesSayTime, listsAreBounded, listsHaveAType, mapsAreBounded, integersAreBounded, enumsAreCamelCase, selectorsAreNotEmpty,
}

func typesAreKnown(_ string, s *apiextensions.JSONSchemaProps, _ bool) string {
	switch {
	case s.XIntOrString, s.XPreserveUnknownFields != nil, s.XEmbeddedResource, s.Nullable:
		return "is int-or-string, nullable or open: Go may not decode it"
	case !slices.Contains([]string{"string", "boolean", "integer", "array", "object"}, s.Type):
		return fmt.Sprintf("is a %q: use string, boolean, integer, array or object", s.Type)
	}
	return ""
}

func stringsAreBounded(_ string, s *apiextensions.JSONSchemaProps, _ bool) string {
	if s.Type == "string" && len(s.Enum) == 0 && s.MaxLength == nil {
		return "is a string without maxLength"
	}
	return ""
}

func timesSayTime(path string, s *apiextensions.JSONSchemaProps, _ bool) string {
	if (s.Format == "date-time") != (strings.HasSuffix(path, "Time") || strings.HasSuffix(path, ".time")) {
		return "is a date-time and is not time nor ends in Time, or the reverse"
	}
	return ""
}

func listsAreBounded(_ string, s *apiextensions.JSONSchemaProps, spec bool) string {
	switch {
	case s.Type != "array":
		return ""
	case s.MaxItems == nil:
		return "is a list without maxItems"
	case spec && (s.MinItems == nil || *s.MinItems < 1):
		return "is a list that a user sets, without minItems: 1"
	}
	return ""
}

func listsHaveAType(_ string, s *apiextensions.JSONSchemaProps, _ bool) string {
	switch {
	case s.Type != "array":
		return ""
	case s.XListType == nil:
		return "is a list without listType"
	case *s.XListType == "map" && len(s.XListMapKeys) == 0:
		return "is a list of type map without listMapKey"
	}
	return ""
}

func mapsAreBounded(_ string, s *apiextensions.JSONSchemaProps, spec bool) string {
	switch {
	case s.Type != "object":
		return ""
	case s.AdditionalProperties == nil && len(s.Properties) == 0:
		return "is an object without fields"
	case s.AdditionalProperties != nil && s.MaxProperties == nil:
		return "is a map without maxProperties"
	case s.AdditionalProperties != nil && spec && !slices.ContainsFunc(s.XValidations, checksKeys):
		return "is a map that a user sets, without a rule that checks its keys"
	}
	return ""
}

func checksKeys(rule apiextensions.ValidationRule) bool {
	return strings.HasPrefix(rule.Rule, "self.all(key, ")
}

func integersAreBounded(_ string, s *apiextensions.JSONSchemaProps, _ bool) string {
	limits := map[string]float64{"int32": 1<<31 - 1, "int64": 1<<53 - 1}
	switch {
	case s.Type != "integer":
		return ""
	case s.Minimum == nil || s.Maximum == nil:
		return "is an integer without minimum and maximum"
	case *s.Minimum < -limits[s.Format] || *s.Maximum > limits[s.Format]:
		return "has a minimum or maximum beyond what its format holds exactly"
	}
	return ""
}

var camelCase = regexp.MustCompile(`^"[A-Z][A-Za-z0-9]*"$`)

// Names of resources are Kubernetes' own and stay as they are.
func enumsAreCamelCase(path string, s *apiextensions.JSONSchemaProps, _ bool) string {
	for _, value := range s.Enum {
		if !camelCase.Match(value.Raw) && !strings.HasSuffix(path, ".resource") {
			return fmt.Sprintf("has the enum value %s, which is not CamelCase", value.Raw)
		}
	}
	return ""
}

// An empty selector is what is left of a mistyped one, and selects everything.
func selectorsAreNotEmpty(path string, s *apiextensions.JSONSchemaProps, _ bool) string {
	if strings.HasSuffix(strings.ToLower(path), "selector") && (s.MinProperties == nil || *s.MinProperties < 1) {
		return "is a selector without minProperties: 1"
	}
	return ""
}
