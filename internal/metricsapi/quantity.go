package metricsapi

import (
	"bytes"
	"math"
	"math/bits"

	"github.com/usage-operator/usage-operator/internal/model"
	"k8s.io/apimachinery/pkg/api/resource"
)

// units is how many of a resource's smallest units one whole unit is: nanocores
// in a core, bytes in a byte.
var units = [model.ResourceCount]int64{model.CPU: 1e9, model.Memory: 1}

// wholeUnits is how many whole units an int64 has room for: cores, bytes.
// Amounts stay below.
var wholeUnits = [model.ResourceCount]int64{model.CPU: math.MaxInt64 / 1_000_000_000, model.Memory: math.MaxInt64}

// factors holds, by suffix letter, what a whole number is multiplied by to give
// nanocores or bytes; 0 where the result may not be whole.
var decimalFactors, binaryFactors = suffixFactors()

func suffixFactors() (decimal, binary [model.ResourceCount][256]uint64) {
	for i, suffix := range []byte("num") {
		decimal[model.CPU][suffix] = uint64(math.Pow10(3 * i))
	}
	for i, suffix := range []byte("kMGTPE") {
		power := uint64(math.Pow10(3 * (i + 1)))
		decimal[model.Memory][suffix] = power
		// A factor of 1e18 nanocores or more overflows from 10 on: left to the
		// library.
		if i < 3 {
			decimal[model.CPU][suffix] = power * 1e9
		}
	}
	for i, suffix := range []byte("KMGTPE") {
		binary[model.Memory][suffix] = 1 << (10 * (i + 1))
	}
	return decimal, binary
}

// parseQuantity returns a quantity in nanocores or bytes, rounded up as
// resource.Quantity does. The error is errQuantity for what is no quantity, or
// not a short one, and errRange for one below 0 or not below wholeUnits. The
// library silently lowers what is too large to math.MaxInt64.
func parseQuantity(text []byte, r model.Resource) (int64, error) {
	if amount, ok := parseWhole(text, r); ok {
		return amount, nil
	}
	return parseAny(text, r)
}

// parseWhole reads digits and a suffix: the form in which metrics-server writes
// every amount. It gives up on anything else.
func parseWhole(text []byte, r model.Resource) (int64, bool) {
	var number uint64
	n := 0
	// 18 digits cannot overflow.
	for n < len(text) && n < 18 {
		digit := text[n] - '0'
		if digit > 9 {
			break
		}
		number = number*10 + uint64(digit)
		n++
	}
	if n == 0 {
		return 0, false
	}
	factor := factorOf(text[n:], r)
	high, amount := bits.Mul64(number, factor)
	if factor == 0 || high != 0 || amount >= uint64(wholeUnits[r]*units[r]) {
		return 0, false
	}
	return int64(amount), true
}

// factorOf returns the factor of a suffix, or 0.
func factorOf(suffix []byte, r model.Resource) uint64 {
	switch {
	case len(suffix) == 0:
		return uint64(units[r])
	case len(suffix) == 1:
		return decimalFactors[r][suffix[0]]
	case len(suffix) == 2 && suffix[1] == 'i':
		return binaryFactors[r][suffix[0]]
	default:
		return 0
	}
}

// parseAny leaves a quantity to the library, once its length and exponent are
// bounded: 1e-100000000 would keep it busy for most of a minute.
func parseAny(text []byte, r model.Resource) (int64, error) {
	if !isShort(text) {
		return 0, errQuantity
	}
	q, err := resource.ParseQuantity(string(text))
	if err != nil {
		return 0, errQuantity
	}
	if q.Sign() < 0 || q.CmpInt64(wholeUnits[r]) >= 0 {
		return 0, errRange
	}
	if r == model.CPU {
		return q.ScaledValue(resource.Nano), nil
	}
	return q.Value(), nil
}

// isShort tells whether a quantity is within its bounds. It also has to begin
// with a digit, a sign and a point aside: the library takes a bare suffix for 0.
func isShort(text []byte) bool {
	digits := bytes.TrimLeft(text, "+-.")
	if len(text) > maxQuantity || len(digits) == 0 || digits[0] < '0' || digits[0] > '9' {
		return false
	}
	exponent := bytes.IndexAny(text, "eE")
	return exponent < 0 || len(text)-exponent-1 <= maxExponent
}
