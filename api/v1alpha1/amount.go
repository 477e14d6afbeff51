package v1alpha1

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Amount is a whole percentage, for example 80%, or an amount in the form of a
// Kubernetes quantity, for example 500m or 2Gi. An exponent (1e3) and a sign
// are not part of the form.
//
// +kubebuilder:validation:MaxLength=20
// +kubebuilder:validation:Pattern=`^([0-9]{1,12}%|[0-9]{1,15}(\.[0-9]{1,3})?(n|u|m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?)$`
type Amount string

const (
	maxAmountLength = 20
	// maxPercentLength is that of 9999%, the most that a spec can say. Measured
	// percentages can be larger.
	maxPercentLength = 5
)

var amountForm = regexp.MustCompile(`^([0-9]{1,12}%|[0-9]{1,15}(\.[0-9]{1,3})?(n|u|m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?)$`)

// IsPercent tells whether the amount is written as a percentage.
func (a Amount) IsPercent() bool { return strings.HasSuffix(string(a), "%") }

// Percent returns the percentage, 80 for 80%. It holds the same bounds as the
// schema of a spec, 0% to 9999%, because an object may have been stored under
// another schema.
func (a Amount) Percent() (int64, error) {
	if !a.IsPercent() || len(a) > maxPercentLength || !a.isWellFormed() {
		return 0, fmt.Errorf("amount %.40q is not a whole percentage from 0%% to 9999%%, such as 80%%", string(a))
	}
	return strconv.ParseInt(strings.TrimSuffix(string(a), "%"), 10, 64)
}

// Quantity returns the quantity in parts of its unit, rounded down: with
// 1,000,000,000 parts, an amount of cores in nanocores; with 1 part, bytes.
// math.MaxInt64 stands for all that is larger. It holds the same bounds as the
// schema, and so takes no time: Kubernetes' own parser can be kept busy for
// minutes by an exponent.
func (a Amount) Quantity(parts int64) (int64, error) {
	if a.IsPercent() || !a.isWellFormed() {
		return 0, fmt.Errorf("amount %.40q is not a quantity, such as 500m or 2Gi", string(a))
	}
	number := strings.TrimRight(string(a), "numkKMGTPi")
	whole, fraction, _ := strings.Cut(number, ".")
	digits, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return 0, err
	}
	factor := suffixes[string(a)[len(number):]]
	n := new(big.Int).Mul(big.NewInt(digits), big.NewInt(parts))
	n.Mul(n, big.NewInt(factor.times))
	n.Quo(n, new(big.Int).Mul(big.NewInt(factor.over), powerOfTen(len(fraction))))
	if !n.IsInt64() {
		return math.MaxInt64, nil
	}
	return n.Int64(), nil
}

func (a Amount) isWellFormed() bool {
	return len(a) <= maxAmountLength && amountForm.MatchString(string(a))
}

// suffixes are factors, as fractions.
var suffixes = map[string]struct{ times, over int64 }{
	"n": {1, 1e9}, "u": {1, 1e6}, "m": {1, 1e3}, "": {1, 1},
	"k": {1e3, 1}, "M": {1e6, 1}, "G": {1e9, 1}, "T": {1e12, 1}, "P": {1e15, 1},
	"Ki": {1 << 10, 1}, "Mi": {1 << 20, 1}, "Gi": {1 << 30, 1}, "Ti": {1 << 40, 1}, "Pi": {1 << 50, 1},
}

func powerOfTen(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
