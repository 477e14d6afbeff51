package account

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Basis is what is charged.
type Basis uint8

// The bases.
const (
	Usage Basis = iota
	Requests
	// Larger is the larger of usage and requests, by container and sample.
	Larger
)

// Prices are what an hour costs.
type Prices struct {
	// Currency is a code of ISO 4217.
	Currency string
	// PerHour is for a core, or for a GiB.
	PerHour [model.ResourceCount]Price
	Basis   Basis
}

// Price is in billionths of a currency's unit.
type Price int64

const (
	decimals = 9
)

var priceForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?$`)

// ParsePrice reads a decimal such as 0.031.
func ParsePrice(text string) (Price, error) {
	if len(text) > 2*decimals+1 || !priceForm.MatchString(text) {
		return 0, fmt.Errorf("price %.40q is not a decimal with up to nine digits before and behind the point, such as 0.031", text)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	return Price(n), err
}

// String writes the price as short as it can be said.
func (p Price) String() string {
	digits := fmt.Sprintf("%0*d", decimals+1, int64(p))
	whole, fraction := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

const (
	millisecondsPerHour = 3_600_000
	nanocoresPerCore    = 1_000_000_000
	bytesPerGiB         = 1 << 30
	priceUnits          = 1_000_000_000
)

// Cost returns what measures of a time cost, in the currency's unit, exactly.
func (p *Prices) Cost(m *Measures) *big.Rat {
	return new(big.Rat).SetFrac(p.weight(m), costUnits)
}

// costUnits is what weights divide the currency's unit into.
var costUnits = product(nanocoresPerCore, bytesPerGiB, millisecondsPerHour, priceUnits)

// weight is the cost as an integer, in one of the costUnits.
func (p *Prices) weight(m *Measures) *big.Int {
	charged := m.of(p.Basis)
	cpu := product(int64(p.PerHour[model.CPU]), bytesPerGiB)
	memory := product(int64(p.PerHour[model.Memory]), nanocoresPerCore)
	cpu.Mul(cpu, Integer(charged[model.CPU]))
	return cpu.Add(cpu, memory.Mul(memory, Integer(charged[model.Memory])))
}

// Integer returns a sum as an integer of any size.
func Integer(s model.Sum) *big.Int {
	hi, lo := s.Words()
	n := new(big.Int).Lsh(big.NewInt(hi), 64)
	return n.Or(n, new(big.Int).SetUint64(lo))
}

func product(factors ...int64) *big.Int {
	n := big.NewInt(1)
	for _, f := range factors {
		n.Mul(n, big.NewInt(f))
	}
	return n
}
