package v1alpha1_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// What a user can write: the spec and the status of each kind.
var writable = map[string]any{
	"UsageReport.spec":              v1alpha1.UsageReportSpec{},
	"ClusterUsageReport.spec":       v1alpha1.ClusterUsageReportSpec{},
	"report.status":                 v1alpha1.ReportStatus{},
	"ResourceThreshold.spec":        v1alpha1.ResourceThresholdSpec{},
	"ClusterResourceThreshold.spec": v1alpha1.ClusterResourceThresholdSpec{},
	"threshold.status":              v1alpha1.ThresholdStatus{},
	"UsageCheckpoint":               v1alpha1.CheckpointContent{},
}

// TestTypesCannotFailToDecode: one stored object that Go cannot decode stops
// the typed list of its whole kind.
func TestTypesCannotFailToDecode(t *testing.T) {
	for path, value := range writable {
		for _, fault := range typeFaults(path, reflect.TypeOf(value)) {
			t.Error(fault)
		}
	}
}

// TestEveryKindIsHeld fails where a kind is added and not held by the rules.
func TestEveryKindIsHeld(t *testing.T) {
	kinds := registeredKinds(t)
	want := []string{"ClusterResourceThreshold", "ClusterUsageReport", "ResourceThreshold", "UsageCheckpoint", "UsageReport"}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("the kinds are %v, held are %v: add the new kind to writable and here", kinds, want)
	}
}

// typeFaults names each type reachable from t whose decoding can fail or be
// slow for JSON that the schema admits.
func typeFaults(path string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return typeFaults(path+"[]", t.Elem())
	case reflect.Map:
		return append(typeFaults(path+"{key}", t.Key()), typeFaults(path+"{}", t.Elem())...)
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Struct:
	default:
		return []string{fmt.Sprintf("%s: a %v; use a string, bool, int32, int64, list, map or struct", path, t.Kind())}
	}
	if decodesItself(t) {
		return []string{fmt.Sprintf("%s: %v decodes itself, which can fail; use Quantity, Duration or Timestamp of this package", path, t)}
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var faults []string
	for field := range t.Fields() {
		name, _, tagged := strings.Cut(field.Tag.Get("json"), ",")
		if !tagged && name == "" {
			faults = append(faults, fmt.Sprintf("%s.%s: no json tag", path, field.Name))
		}
		if !field.Anonymous {
			name = "." + name
		}
		faults = append(faults, typeFaults(path+name, field.Type)...)
	}
	return faults
}

func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// bad breaks the rules of typeFaults, one by one.
type bad struct {
	Quantity resource.Quantity             `json:"quantity"`
	Duration *metav1.Duration              `json:"duration"`
	Time     []metav1.Time                 `json:"time"`
	Port     map[string]intstr.IntOrString `json:"port"`
	Keys     map[float64]string            `json:"keys"`
	Float    float64                       `json:"float"`
	Any      any                           `json:"any"`
	Unsigned uint32                        `json:"unsigned"`
	NoTag    string
	Good     v1alpha1.Quantity `json:"good"`
	Nested   struct {
		Condition metav1.Condition `json:"condition"`
	} `json:"nested"`
}

func TestTypeFaultsAreFound(t *testing.T) {
	faults := strings.Join(typeFaults("bad", reflect.TypeFor[bad]()), "\n")
	for _, want := range []string{
		"bad.quantity: resource.Quantity decodes itself", "bad.duration[]: v1.Duration decodes itself", "bad.time[]: v1.Time decodes itself",
		"bad.port{}: intstr.IntOrString decodes itself", "bad.keys{key}: a float64", "bad.float: a float64", "bad.any: a interface", "bad.unsigned: a uint32",
		"bad.NoTag: no json tag", "bad.nested.condition.lastTransitionTime: v1.Time decodes itself",
	} {
		if !strings.Contains(faults, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if strings.Contains(faults, "good") || strings.Count(faults, "\n") != 9 {
		t.Errorf("other faults than these:\n%s", faults)
	}
}
