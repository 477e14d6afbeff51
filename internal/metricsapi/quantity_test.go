package metricsapi

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestParseQuantity(t *testing.T) {
	tests := []struct {
		text     string
		resource model.Resource
		want     int64
		err      error
	}{
		{"0", model.CPU, 0, nil},
		{"12345n", model.CPU, 12345, nil},
		{"17u", model.CPU, 17_000, nil},
		{"250m", model.CPU, 250_000_000, nil},
		{"2", model.CPU, 2_000_000_000, nil},
		{"0.1", model.CPU, 100_000_000, nil},
		{"1.5k", model.CPU, 1_500_000_000_000, nil},
		{"2M", model.CPU, 2_000_000_000_000_000, nil},
		{"1Ki", model.CPU, 1_024_000_000_000, nil},
		{"0.0000000001", model.CPU, 1, nil},
		{"1e-3", model.CPU, 1_000_000, nil},
		{"9223372035", model.CPU, 9_223_372_035_000_000_000, nil},
		{"9223372036", model.CPU, 0, errRange},
		{"9223372036.0", model.CPU, 0, errRange},
		{"9223372035999999999n", model.CPU, 9_223_372_035_999_999_999, nil},
		{"1G", model.CPU, 1_000_000_000_000_000_000, nil},
		{"1E", model.CPU, 0, errRange},
		{"-1n", model.CPU, 0, errRange},
		{"-0", model.CPU, 0, nil},

		{"123456", model.Memory, 123_456, nil},
		{"1234Ki", model.Memory, 1234 << 10, nil},
		{"5Mi", model.Memory, 5 << 20, nil},
		{"3Gi", model.Memory, 3 << 30, nil},
		{"1.5Gi", model.Memory, 3 << 29, nil},
		{"7Ei", model.Memory, 7 << 60, nil},
		{"1E", model.Memory, 1_000_000_000_000_000_000, nil},
		{"1k", model.Memory, 1000, nil},
		{"1500m", model.Memory, 2, nil},
		{"1n", model.Memory, 1, nil},
		{"12e6", model.Memory, 12_000_000, nil},
		{"+5", model.Memory, 5, nil},
		{"007Ki", model.Memory, 7 << 10, nil},
		{"9223372036854775806", model.Memory, math.MaxInt64 - 1, nil},
		{"9223372036854775807", model.Memory, 0, errRange},
		{"8Ei", model.Memory, 0, errRange},
		{"1000000Ei", model.Memory, 0, errRange},
		{"1844674407370955162E1", model.Memory, 0, errRange},
		{"-5Mi", model.Memory, 0, errRange},

		{"", model.CPU, 0, errQuantity},
		{"n", model.CPU, 0, errQuantity},
		{"1x", model.CPU, 0, errQuantity},
		{"1 ", model.CPU, 0, errQuantity},
		{"1kI", model.Memory, 0, errQuantity},
		{"1ii", model.Memory, 0, errQuantity},
		{"0x10", model.Memory, 0, errQuantity},
		{"1e-100000000", model.CPU, 0, errQuantity},
		{"1e100000000", model.Memory, 0, errQuantity},
		{"0e-100000000", model.Memory, 0, errQuantity},
		{strings.Repeat("9", 65), model.Memory, 0, errQuantity},
	}
	for _, test := range tests {
		got, err := parseQuantity([]byte(test.text), test.resource)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("parseQuantity(%q, %d) = %d, %v; want %d, %v", test.text, test.resource, got, err, test.want, test.err)
		}
	}
}

// slowQuantity is what the library must not be given.
var slowQuantity = regexp.MustCompile(`[eE].{4}`)

// bareSuffix is 0 to the library, and nothing here.
var bareSuffix = regexp.MustCompile(`^[+-]?\.?([a-zA-Z]|$)`)

func FuzzQuantity(f *testing.F) {
	for _, seed := range []string{
		"0", "12345n", "250m", "2", "1234Ki", "5Mi", "1.5Gi", "1e3", "1E", "12E", "-1", "1e-9", "0.0000000001n", "8Ei",
		"9223372036854775807", "9223372036", "1u", "+.5Ti", ".", "1.", "1e-100000000", "99999999999999999999999999",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for r := range model.ResourceCount {
			got, err := parseQuantity([]byte(text), r)
			if len(text) > maxQuantity || slowQuantity.MatchString(text) {
				if !errors.Is(err, errQuantity) {
					t.Fatalf("%q: %d, %v; want it refused", text, got, err)
				}
				continue
			}
			q, invalid := resource.ParseQuantity(text)
			if invalid != nil {
				if !errors.Is(err, errQuantity) {
					t.Fatalf("%q: %d, %v; the library says %v", text, got, err, invalid)
				}
				continue
			}
			mustBeRight(t, text, &q, r, got, err)
		}
	})
}

// mustBeRight holds a result against a quantity that the library accepts.
func mustBeRight(t *testing.T, text string, q *resource.Quantity, r model.Resource, got int64, err error) {
	t.Helper()
	want := exact(q, r)
	switch {
	case err == nil:
		if want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%q of %d: %d, want %v", text, r, got, want)
		}
	case errors.Is(err, errQuantity):
		if !bareSuffix.MatchString(text) {
			t.Fatalf("%q is refused", text)
		}
	case q.Sign() >= 0 && want.Cmp(big.NewInt(wholeUnits[r]*units[r])) < 0:
		t.Fatalf("%q of %d: %v fits, but %v", text, r, want, err)
	}
}

// exact returns a quantity in nanocores or bytes, rounded up, by arithmetic on
// what the library has parsed.
func exact(q *resource.Quantity, r model.Resource) *big.Int {
	dec := q.AsDec()
	// value = unscaled × 10^-scale
	v := new(big.Rat).SetInt(dec.UnscaledBig())
	power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(dec.Scale(), -dec.Scale()))), nil))
	if dec.Scale() > 0 {
		v.Quo(v, power)
	} else {
		v.Mul(v, power)
	}
	v.Mul(v, new(big.Rat).SetInt64(units[r]))
	up := new(big.Int).Add(v.Num(), new(big.Int).Sub(v.Denom(), big.NewInt(1)))
	return up.Div(up, v.Denom())
}

func BenchmarkParseQuantity(b *testing.B) {
	text := []byte("123456789n")
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parseQuantity(text, model.CPU); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := resource.ParseQuantity(string(text)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
