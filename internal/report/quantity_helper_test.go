package report

import (
	"math/big"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

// mustParse compares what Kubernetes reads with the value. Kubernetes itself
// reads nothing beyond 2^63-1.
func mustParse(t *testing.T, q v1alpha1.Quantity) {
	t.Helper()
	parsed, err := resource.ParseQuantity(string(q))
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	want := value(q)
	if want.Cmp(new(big.Rat).SetInt64(1<<63-1)) > 0 {
		return
	}
	d := parsed.AsDec()
	got := new(big.Rat).SetInt(d.UnscaledBig())
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.Scale(), -d.Scale()))), nil))
	if d.Scale() > 0 {
		got.Quo(got, scale)
	} else {
		got.Mul(got, scale)
	}
	if got.Cmp(want) != 0 {
		t.Fatalf("Kubernetes reads %s as %s", q, got.FloatString(9))
	}
}

// value reads a quantity of any size, in cores or bytes.
func value(q v1alpha1.Quantity) *big.Rat {
	digits := strings.TrimRight(string(q), "numkKMGTPEi")
	n, _ := new(big.Rat).SetString(digits)
	switch suffix := string(q[len(digits):]); {
	case suffix == "":
		return n
	case strings.HasSuffix(suffix, "i"):
		return n.Mul(n, power(ki, slices.Index(memoryUnits.suffixes, suffix)))
	default:
		return n.Mul(n, power(1000, slices.Index(cpuUnits.suffixes, suffix)-slices.Index(cpuUnits.suffixes, "")))
	}
}

func power(base int64, exponent int) *big.Rat {
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(max(exponent, -exponent))), nil))
	if exponent < 0 {
		p.Inv(p)
	}
	return p
}

// randomInteger has at most some bits; often it is a round number.
func randomInteger(random *rand.Rand, bits int) *big.Int {
	n := new(big.Int).SetUint64(random.Uint64())
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(random.Uint64()))
	n.Rsh(n, uint(128-bits))
	base := []int64{1000, ki}[random.IntN(2)]
	round := power(base, random.IntN(5)).Num()
	return n.Mul(n.Div(n, round), round)
}

func sumOf(n *big.Int) (s model.Sum) {
	for i := n.BitLen() - 1; i >= 0; i-- {
		s = s.Add(s).Plus(int64(n.Bit(i)))
	}
	return s
}

// quantitySchema returns what the generated schema says of a quantity.
func quantitySchema(t *testing.T) func(v1alpha1.Quantity) bool {
	t.Helper()
	text, err := os.ReadFile("../../config/crd/bases/usage-operator.io_usagereports.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &crd); err != nil {
		t.Fatal(err)
	}
	schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, name := range []string{"status", "total", "resources"} {
		next := schema.Properties[name]
		schema = &next
	}
	schema = schema.AdditionalProperties.Schema
	quantity := schema.Properties["usage"]
	if quantity.Pattern == "" || quantity.MaxLength == nil {
		t.Fatal("the schema does not bound a quantity")
	}
	form := regexp.MustCompile(quantity.Pattern)
	return func(q v1alpha1.Quantity) bool {
		return form.MatchString(string(q)) && int64(len(q)) <= *quantity.MaxLength
	}
}
