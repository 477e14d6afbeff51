package v1alpha1_test

import (
	"strings"
	"testing"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// Each row breaks one rule, so that a rule that no longer holds is noticed.
func TestSchemaFaultsAreFound(t *testing.T) {
	for _, row := range []struct{ schema, want string }{
		{`name: {type: string, description: d}`, "spec.name: is a string without maxLength"},
		{`name: {type: string, maxLength: 1}`, "spec.name: has no description"},
		{`name: {type: number, description: d}`, `spec.name: is a "number"`},
		{`name: {x-kubernetes-int-or-string: true, description: d, type: string, maxLength: 1}`, "spec.name: is int-or-string"},
		{`name: {type: object, description: d, x-kubernetes-preserve-unknown-fields: true, properties: {a: {type: boolean, description: d}}}`, "spec.name: is int-or-string, nullable or open"},
		{`since: {type: string, format: date-time, maxLength: 25, description: d}`, "spec.since: is a date-time and is not time nor ends in Time"},
		{`startTime: {type: string, maxLength: 25, description: d}`, "spec.startTime: is a date-time and is not time nor ends in Time, or the reverse"},
		{`time: {type: string, maxLength: 25, description: d}`, "spec.time: is a date-time and is not time nor ends in Time, or the reverse"},
		{`list: {type: array, minItems: 1, description: d, x-kubernetes-list-type: set, items: {type: boolean}}`, "spec.list: is a list without maxItems"},
		{`list: {type: array, maxItems: 1, description: d, x-kubernetes-list-type: set, items: {type: boolean}}`, "spec.list: is a list that a user sets, without minItems"},
		{`list: {type: array, minItems: 1, maxItems: 1, description: d, items: {type: boolean}}`, "spec.list: is a list without listType"},
		{`list: {type: array, minItems: 1, maxItems: 1, description: d, x-kubernetes-list-type: map, items: {type: boolean}}`, "spec.list: is a list of type map without listMapKey"},
		{`list: {type: array, minItems: 1, maxItems: 1, description: d, x-kubernetes-list-type: set, items: {type: string}}`, "spec.list[]: is a string without maxLength"},
		{`map: {type: object, description: d}`, "spec.map: is an object without fields"},
		{`map: {type: object, description: d, additionalProperties: {type: boolean}}`, "spec.map: is a map without maxProperties"},
		{`map: {type: object, description: d, maxProperties: 1, additionalProperties: {type: boolean}}`, "spec.map: is a map that a user sets, without a rule that checks its keys"},
		{`map: {type: object, description: d, maxProperties: 1, x-kubernetes-validations: [{rule: "self.all(key, true)"}], additionalProperties: {type: string}}`, "spec.map{}: is a string without maxLength"},
		{`top: {type: integer, format: int32, minimum: 1, description: d}`, "spec.top: is an integer without minimum and maximum"},
		{`top: {type: integer, format: int32, minimum: 1, maximum: 2147483648, description: d}`, "spec.top: has a minimum or maximum beyond"},
		{`top: {type: integer, minimum: 1, maximum: 2, description: d}`, "spec.top: has a minimum or maximum beyond"},
		{`mode: {type: string, enum: [Fast, slow], description: d}`, `spec.mode: has the enum value "slow"`},
		{`podSelector: {type: object, description: d, properties: {a: {type: boolean, description: d}}}`, "spec.podSelector: is a selector without minProperties"},
	} {
		var schema apiextensions.JSONSchemaProps
		if err := yaml.UnmarshalStrict([]byte("{type: object, properties: {"+row.schema+"}}"), &schema); err != nil {
			t.Fatalf("%s: %v", row.schema, err)
		}
		faults := schemaFaults("spec", &schema, true)
		if len(faults) != 1 || !strings.HasPrefix(faults[0], row.want) {
			t.Errorf("%s:\nfaults %q\nwant one that begins with %q", row.schema, faults, row.want)
		}
	}
}
