package report

import (
	"math/big"
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	nanocoresPerMillicore = 1_000_000
	ki                    = 1 << 10
	mi                    = 1 << 20
)

// measured writes an amount that was measured, with no more digits than a
// sample has, as kubectl top rounds it: CPU up to the millicore, memory down
// to the Mi, or the Ki below 10Mi. The unit stays, so that a column reads
// evenly.
func measured(r model.Resource, s model.Sum) v1alpha1.Quantity {
	n := integer(s)
	if r == model.CPU {
		n.Add(n, big.NewInt(nanocoresPerMillicore-1))
		return cpuUnits.fit(n.Div(n, big.NewInt(nanocoresPerMillicore)), "m")
	}
	if n.Cmp(big.NewInt(10*mi)) < 0 {
		return memoryUnits.fit(n.Div(n, big.NewInt(ki)), "Ki")
	}
	return memoryUnits.fit(n.Div(n, big.NewInt(mi)), "Mi")
}

// declared writes an amount that was declared, exactly and as short as it can
// be said: 1G rather than 1000000000, 1Gi rather than 1073741824.
func declared(r model.Resource, s model.Sum) v1alpha1.Quantity { return shortest(r, integer(s)) }

func shortest(r model.Resource, n *big.Int) v1alpha1.Quantity {
	if r == model.CPU {
		q, _ := cpuUnits.shortest(n)
		return q
	}
	binary, binaryExact := memoryUnits.shortest(n)
	decimal, decimalExact := decimalUnits.shortest(n)
	if decimalExact && (!binaryExact || len(decimal) < len(binary)) {
		return decimal
	}
	return binary
}

func integer(s model.Sum) *big.Int {
	hi, lo := s.Words()
	n := new(big.Int).Lsh(big.NewInt(hi), 64)
	return n.Or(n, new(big.Int).SetUint64(lo))
}

// units are suffixes of quantities, each a factor larger than the one before.
type units struct {
	factor   int64
	suffixes []string
}

var (
	cpuUnits     = units{1000, []string{"n", "u", "m", "", "k", "M", "G", "T", "P", "E"}}
	memoryUnits  = units{ki, []string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}}
	decimalUnits = units{1000, []string{"", "k", "M", "G", "T", "P", "E"}}
)

// maxDigits is what the schema admits. Only sums that hardly a cluster can hold
// need more: a petabyte that is no multiple of 1Ki, or the limits of many pods
// that wrote 8Ei for "unlimited".
const maxDigits = 15

// shortest writes n, which is in the first unit, in the largest unit that loses
// nothing. It tells whether what it wrote is exact.
func (u units) shortest(n *big.Int) (q v1alpha1.Quantity, exact bool) {
	at, factor := 0, big.NewInt(u.factor)
	for n.Sign() > 0 && at+1 < len(u.suffixes) {
		next, rest := new(big.Int).DivMod(n, factor, new(big.Int))
		if rest.Sign() != 0 {
			break
		}
		n, at = next, at+1
	}
	return u.fit(n, u.suffixes[at]), len(n.String()) <= maxDigits
}

// fit writes n in a unit. What has too many digits is rounded up in a larger
// one, because a status that is refused would tell nothing.
func (u units) fit(n *big.Int, unit string) v1alpha1.Quantity {
	if n.Sign() == 0 {
		return "0"
	}
	at, factor := slices.Index(u.suffixes, unit), big.NewInt(u.factor)
	for len(n.String()) > maxDigits && at+1 < len(u.suffixes) {
		n = new(big.Int).Add(n, big.NewInt(u.factor-1))
		n, at = n.Div(n, factor), at+1
	}
	return v1alpha1.Quantity(n.String() + u.suffixes[at])
}

// percent is rounded down, as kubectl top does. It is nil where nothing that
// was observed declares anything.
func percent(d *usage.Denominator) *int64 {
	if d.Base.IsZero() {
		return nil
	}
	n := integer(d.Usage)
	n.Div(n.Mul(n, big.NewInt(100)), integer(d.Base))
	p := int64(maxPercent)
	if n.IsInt64() {
		p = min(n.Int64(), maxPercent)
	}
	return &p
}

// maxPercent is what the schema admits: the integers that JSON can hold.
const maxPercent = 1<<53 - 1
