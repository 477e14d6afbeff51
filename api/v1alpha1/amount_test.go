package v1alpha1

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
)

const nano = 1_000_000_000

func TestAmountPercent(t *testing.T) {
	for text, want := range map[Amount]int64{"0%": 0, "80%": 80, "0080%": 80, "9999%": 9999} {
		if got, err := text.Percent(); err != nil || got != want || !text.IsPercent() {
			t.Errorf("%q is %d %%, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []Amount{"", "%", "80", "80.5%", "-1%", "+1%", "10000%", "1e3%", "80 %", "80%%", "80%\n", "5m", Amount(strings.Repeat("9", 1<<20) + "%")} {
		if got, err := text.Percent(); err == nil {
			t.Errorf("%.40q is %d %%, want an error", text, got)
		} else if !strings.Contains(err.Error(), "such as 80%") || len(err.Error()) > 200 {
			t.Errorf("%.40q: the error does not say what is right, or is too long: %.300v", text, err)
		}
	}
}

func TestAmountQuantity(t *testing.T) {
	for _, row := range []struct {
		text  Amount
		parts int64
		want  int64
	}{
		{"0", nano, 0}, {"500m", nano, nano / 2}, {"2", nano, 2 * nano}, {"1.5", nano, 1_500_000_000}, {"1n", nano, 1}, {"0.999n", nano, 0},
		{"1.001u", nano, 1001}, {"9k", nano, 9000 * nano}, {"2Gi", 1, 2 << 30}, {"0.5Ki", 1, 512}, {"1.999", 1, 1}, {"1G", 1, nano},
		{"100M", 1, 100_000_000}, {"8191Pi", 1, 8191 << 50}, {"8192Pi", 1, math.MaxInt64}, {"999999999999999.99Pi", nano, math.MaxInt64},
		{"9223372036.854k", nano, math.MaxInt64}, {"9223372.036k", nano, 9223372036 * nano},
	} {
		if got, err := row.text.Quantity(row.parts); err != nil || got != row.want || row.text.IsPercent() {
			t.Errorf("%q in %d parts is %d, %v; want %d", row.text, row.parts, got, err, row.want)
		}
	}
	for _, text := range []Amount{"", "80%", "1e3", "1E3", "1e-100000000", "-1", "+1", ".5", "5.", "1.2345", "1ki", "1mi", "1E", "m", "1 Gi", "1Gi\n",
		"1000000000000000", Amount(strings.Repeat("1", 1<<20))} {
		if got, err := text.Quantity(1); err == nil {
			t.Errorf("%.40q is %d, want an error", text, got)
		} else if !strings.Contains(err.Error(), "such as 500m or 2Gi") || len(err.Error()) > 200 {
			t.Errorf("%.40q: the error does not say what is right, or is too long: %.300v", text, err)
		}
	}
}

// FuzzAmount holds the amounts that the form admits against Kubernetes' own
// parser.
func FuzzAmount(f *testing.F) {
	for _, seed := range []string{"500m", "2Gi", "1.999", "999999999999999.99Pi", "0.001n", "80%", "1e3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Amount(text).Quantity(nano)
		if err != nil {
			return
		}
		q, err := resource.ParseQuantity(text)
		if err != nil {
			t.Fatalf("%q is no quantity: %v", text, err)
		}
		exact, ok := new(big.Rat).SetString(q.AsDec().String())
		if !ok {
			t.Fatalf("%q is no number", text)
		}
		exact.Mul(exact, new(big.Rat).SetInt64(nano))
		floor := new(big.Int).Quo(exact.Num(), exact.Denom())
		want := int64(math.MaxInt64)
		if floor.IsInt64() {
			want = floor.Int64()
		}
		// The library rounds up to whole n.
		if got != want && !strings.HasSuffix(text, "n") {
			t.Fatalf("%q is %d nanounits, want %d", text, got, want)
		}
	})
}
